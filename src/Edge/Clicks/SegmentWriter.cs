using Microsoft.Win32.SafeHandles;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Writes a log's segment files and syncs them. Only the log's writer thread uses it, and not again once it has failed: a
/// failed sync may have dropped what it did not write.
/// </summary>
internal sealed class SegmentWriter(string folder, LogShape shape, LogDisk disk) : IDisposable
{
    private SafeFileHandle? _file;
    private string _path = "";
    private int _segment = -1;
    private bool _isDirty;

    /// <summary>Writes bytes that lie within one page.</summary>
    /// <exception cref="IOException">They were not taken, or what came before them cannot be synced.</exception>
    public void Write(long address, ReadOnlySpan<byte> bytes)
    {
        var segment = shape.SegmentOf(address);
        if (segment != _segment)
        {
            Open(segment);
        }

        _isDirty = true;
        disk.Write(_file!, _path, bytes, address % shape.SegmentSize);
    }

    /// <summary>Returns once all that was written is on the disk.</summary>
    /// <exception cref="IOException">It must be taken for lost.</exception>
    public void Sync()
    {
        if (_isDirty)
        {
            disk.Sync(_file!, _path);
            _isDirty = false;
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Open(int segment)
    {
        Sync();
        _file?.Dispose();
        _segment = -1;
        _path = LogShape.SegmentPath(folder, segment);
        try
        {
            _file = disk.Open(_path, FileAccess.Write);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }

        disk.SyncFolder(folder);
        _segment = segment;
    }
}
