using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

/// <summary>
/// Watches what an edge does to its disk, and makes the data folder that the next start finds after a power cut: of each
/// file what was last synced, under the names whose folder was synced. Of everything else, blocks and names, chance decides:
/// the system may have written it by itself.
/// </summary>
internal sealed class PowerCut
{
    /// <summary>What a disk writes as a whole.</summary>
    private const int Block = 512;

    private readonly Lock _lock = new();
    private readonly LogRig _rig;
    private readonly Dictionary<string, byte[]> _files = [];
    private readonly Dictionary<string, HashSet<string>> _names = [];

    /// <summary>What the rig's folder holds now has been there for long.</summary>
    public PowerCut(LogRig rig)
    {
        _rig = rig;
        foreach (var folder in Directory.EnumerateDirectories(rig.Data, "*", SearchOption.AllDirectories).Prepend(rig.Data))
        {
            _names[folder] = Names(folder);
        }

        foreach (var file in Directory.EnumerateFiles(rig.Data, "*", SearchOption.AllDirectories))
        {
            _files[file] = File.ReadAllBytes(file);
        }
    }

    /// <summary>To be called before each action; a later <see cref="At"/> takes it for done.</summary>
    public void Watch(DiskAction action, string path)
    {
        lock (_lock)
        {
            if (action == DiskAction.Sync)
            {
                _files[path] = Read(path);
            }
            else if (action == DiskAction.SyncFolder)
            {
                _names[path] = Names(path);
            }
            else if (action == DiskAction.Replace)
            {
                // Syncs its folder as well, with all that stands there.
                var folder = Path.GetDirectoryName(path)!;
                _names[folder] = Names(folder);
            }
        }
    }

    /// <summary>The data folder after a power cut now.</summary>
    /// <param name="random">Decides what was written without a sync; null: nothing was.</param>
    public LogRig At(Random? random)
    {
        lock (_lock)
        {
            var after = _rig.Empty();
            Copy(_rig.Data, after.Data, random);
            return after;
        }
    }

    private void Copy(string from, string to, Random? random)
    {
        Directory.CreateDirectory(to);
        var synced = _names.GetValueOrDefault(from, []);
        foreach (var name in Directory.Exists(from) ? Names(from).Union(synced) : synced)
        {
            var (source, target) = (Path.Combine(from, name), Path.Combine(to, name));
            if (LogRig.IsAtomic(source))
            {
                File.Copy(source, target);
            }
            else if (!LogRig.IsLasting(source) || (!synced.Contains(name) && !IsKept(random)))
            {
                continue;
            }
            else if (_names.ContainsKey(source) || Directory.Exists(source))
            {
                Copy(source, target, random);
            }
            else
            {
                File.WriteAllBytes(target, Mix(_files.GetValueOrDefault(source, []), Read(source), random));
            }
        }
    }

    private static byte[] Mix(byte[] synced, byte[] written, Random? random)
    {
        if (random is null)
        {
            return synced;
        }

        var mixed = new byte[IsKept(random) ? Math.Max(synced.Length, written.Length) : synced.Length];
        synced.CopyTo(mixed, 0);
        for (var block = 0; block < Math.Min(mixed.Length, written.Length); block += Block)
        {
            var end = Math.Min(block + Block, Math.Min(mixed.Length, written.Length));
            if (IsKept(random))
            {
                written[block..end].CopyTo(mixed, block);
            }
        }

        return mixed;
    }

    private static bool IsKept(Random? random) => random?.Next(2) == 1;

    private static byte[] Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[RandomAccess.GetLength(file)];
        return bytes[..RandomAccess.Read(file, bytes, 0)];
    }

    private static HashSet<string> Names(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().Select(entry => entry.Name)];
}
