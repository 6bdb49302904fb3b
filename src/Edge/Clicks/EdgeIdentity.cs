using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace LinkTracker.Edge.Clicks;

/// <summary>Clicks of logs that are no longer kept, so that the figures go on adding up.</summary>
internal sealed record ForgottenClicks(long Appended, long Dropped, long Delivered, long Expired, long Quarantined)
{
    public static ForgottenClicks None { get; } = new(0, 0, 0, 0, 0);
}

/// <summary>
/// Who this edge is and how often it has started, in <c>edge.json</c>. When that file is lost, the marks of the logs
/// still tell: under a new id, clicks that were already counted would be counted again.
/// </summary>
internal sealed class EdgeIdentity
{
    private const string FileName = "edge.json";

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly LogDisk _disk;
    private State _state;

    private EdgeIdentity(string path, LogDisk disk, State state)
    {
        _path = path;
        _disk = disk;
        _state = state;
    }

    public ulong Edge => ulong.Parse(_state.Edge, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public int Boot => _state.Boots;

    public ForgottenClicks Forgotten => Volatile.Read(ref _state).Forgotten;

    /// <summary>Whether the log's figures were taken over, so that its folder is only still to be deleted.</summary>
    public bool IsForgotten(ulong epoch) => Volatile.Read(ref _state).Deleting.Contains(epoch);

    /// <summary>Reads the identity or makes one, and counts this start; nothing is written yet.</summary>
    public static EdgeIdentity Load(string folder, IReadOnlyList<EpochMark> marks, uint lastEpoch, LogDisk disk, ILogger logger)
    {
        var path = Path.Combine(folder, FileName);
        var state = Read(path, logger) ?? FromMarks(marks, logger) ?? New();
        return new EdgeIdentity(path, disk, state with { Boots = state.Boots + 1, Epochs = Math.Max(state.Epochs, lastEpoch) });
    }

    /// <summary>A number for the next log, higher than all before and never used before. Durable when this returns.</summary>
    /// <exception cref="IOException">It could not be written down; nothing is changed.</exception>
    public ulong NextEpoch()
    {
        lock (_lock)
        {
            var next = _state with { Epochs = _state.Epochs + 1 };
            Save(next);
            return ((ulong)next.Epochs << 32) | BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        }
    }

    /// <summary>Takes over the figures of a log whose folder is about to be deleted.</summary>
    /// <param name="epoch">The log.</param>
    /// <param name="clicks">Its figures.</param>
    /// <param name="present">The logs whose folders are there; of one that is gone for good, nothing need be remembered.</param>
    /// <exception cref="IOException">It could not be written down; nothing is changed.</exception>
    public void Forget(ulong epoch, ForgottenClicks clicks, IEnumerable<ulong> present)
    {
        lock (_lock)
        {
            var sum = _state.Forgotten;
            Save(_state with
            {
                Deleting = [.. _state.Deleting.Intersect(present), epoch],
                Forgotten = new ForgottenClicks(
                    sum.Appended + clicks.Appended,
                    sum.Dropped + clicks.Dropped,
                    sum.Delivered + clicks.Delivered,
                    sum.Expired + clicks.Expired,
                    sum.Quarantined + clicks.Quarantined),
            });
        }
    }

    private void Save(State next)
    {
        _disk.Replace(_path, JsonSerializer.SerializeToUtf8Bytes(next, JsonSerializerOptions.Web));
        Volatile.Write(ref _state, next);
    }

    private static State? Read(string path, ILogger logger)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        Exception? cause = null;
        try
        {
            var state = JsonSerializer.Deserialize<State>(File.ReadAllBytes(path), JsonSerializerOptions.Web);
            if (state is { Forgotten: not null, Deleting: not null, Boots: >= 0 } && state.Edge?.Length == 16
                && ulong.TryParse(state.Edge, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
            {
                return state;
            }
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // Told below, like a text that is JSON but not ours.
            cause = e;
        }

        SetAside(path, cause, logger);
        return null;
    }

    /// <summary>Where not even that succeeds, no log will open either until it does; but the Edge starts.</summary>
    private static void SetAside(string path, Exception? cause, ILogger logger)
    {
        try
        {
            Log.IdentityDamaged(logger, path, cause);
            File.Move(path, path + ".damaged", overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.IdentityNotSetAside(logger, path, e);
        }
    }

    private static State? FromMarks(IReadOnlyList<EpochMark> marks, ILogger logger)
    {
        if (marks.Count == 0)
        {
            return null;
        }

        var newest = marks.MaxBy(mark => mark.Epoch);
        Log.IdentityFromLogs(logger);
        return new State(Hex(newest.Edge), newest.Boot, 0, [], ForgottenClicks.None);
    }

    private static State New() =>
        new(Hex(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))), 0, 0, [], ForgottenClicks.None);

    private static string Hex(ulong id) => id.ToString("x16", CultureInfo.InvariantCulture);

    private sealed record State(string Edge, int Boots, uint Epochs, ulong[] Deleting, ForgottenClicks Forgotten);
}
