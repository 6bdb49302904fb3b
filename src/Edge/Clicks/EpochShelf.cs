using System.Globalization;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// The logs of this edge that are still kept, oldest first; the last may be the one that is written. Readers take a
/// snapshot and wait for <see cref="Moved"/>.
/// </summary>
internal sealed class EpochShelf
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _moved = NewSignal();
    private Epoch[] _all = [];

    public IReadOnlyList<Epoch> All => Volatile.Read(ref _all);

    /// <summary>Completes at the next change. Take it before looking, or a change in between is missed.</summary>
    public Task Moved => Volatile.Read(ref _moved).Task;

    public Epoch? After(ulong id) => All.FirstOrDefault(epoch => epoch.Id > id);

    public void Add(Epoch epoch)
    {
        lock (_lock)
        {
            Volatile.Write(ref _all, [.. _all, epoch]);
        }

        Pulse();
    }

    public void Remove(Epoch epoch)
    {
        lock (_lock)
        {
            Volatile.Write(ref _all, [.. _all.Where(kept => kept != epoch)]);
        }
    }

    /// <summary>Tells readers that a durable address has moved or a log was closed.</summary>
    public void Pulse() => Interlocked.Exchange(ref _moved, NewSignal()).TrySetResult();

    /// <summary>The folders that hold logs, oldest first.</summary>
    public static IReadOnlyList<(ulong Epoch, string Folder)> Folders(string logs) =>
    [
        .. Directory.EnumerateDirectories(logs)
            .Select(folder => (IsLog: TryParse(Path.GetFileName(folder), out var epoch), Epoch: epoch, Folder: folder))
            .Where(found => found.IsLog)
            .OrderBy(found => found.Epoch)
            .Select(found => (found.Epoch, found.Folder)),
    ];

    private static bool TryParse(string name, out ulong epoch) =>
        ulong.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out epoch) && name.Length == 16;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
