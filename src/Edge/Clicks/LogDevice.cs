using System.Collections.Concurrent;
using FASTER.core;
using Microsoft.Win32.SafeHandles;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// The disk under the log. FasterLog hands writes over from whichever thread filled a page or asked for a commit; here
/// they queue for one thread, which calls <see cref="Pump"/>: it writes everything that waits, syncs once, and only then
/// answers. The store's own devices sync every write by itself, on a pool thread, and lose the error's cause.
/// </summary>
internal sealed class LogDevice(string folder, LogShape shape, LogDisk disk, Action arrived)
    : StorageDeviceBase(Path.Combine(folder, "segment"), BytesPerSector, Devices.CAPACITY_UNSPECIFIED)
{
    private const int BytesPerSector = 512;

    private readonly ConcurrentQueue<PendingWrite> _queue = new();
    private readonly List<PendingWrite> _taken = [];
    private SafeFileHandle? _file;
    private string _path = "";
    private int _segment = -1;
    private bool _isDirty;

    /// <summary>What went wrong first. From then on nothing is written any more: a failed sync may have dropped pages.</summary>
    public Exception? Failure { get; private set; }

    public override void WriteAsync(
        IntPtr sourceAddress,
        int segmentId,
        ulong destinationAddress,
        uint numBytesToWrite,
        DeviceIOCompletionCallback callback,
        object context)
    {
        _queue.Enqueue(new PendingWrite(sourceAddress, segmentId, (long)destinationAddress, numBytesToWrite, callback, context));
        arrived();
    }

    /// <summary>Writes, syncs and answers all that waits. Only the log's writer thread calls it.</summary>
    public void Pump()
    {
        while (_queue.TryDequeue(out var write))
        {
            _taken.Add(write);
        }

        try
        {
            foreach (var write in _taken)
            {
                Write(write);
            }

            Sync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure ??= e;
        }

        foreach (var write in _taken)
        {
            write.Callback(Failure is null ? 0u : 1u, write.Length, write.Context);
        }

        _taken.Clear();
    }

    private unsafe void Write(PendingWrite write)
    {
        if (Failure is not null)
        {
            return;
        }

        if (write.Segment != _segment)
        {
            OpenSegment(write.Segment);
        }

        _isDirty = true;
        disk.Write(_file!, _path, new ReadOnlySpan<byte>((void*)write.Source, (int)write.Length), write.Offset);
    }

    private void OpenSegment(int segment)
    {
        Sync();
        _file?.Dispose();
        _segment = -1;
        _path = LogShape.SegmentPath(folder, segment);
        _file = disk.Open(_path, FileAccess.Write);
        disk.SyncFolder(folder);
        _segment = segment;
    }

    private void Sync()
    {
        if (_isDirty && Failure is null)
        {
            disk.Sync(_file!, _path);
            _isDirty = false;
        }
    }

    public override void ReadAsync(
        int segmentId,
        ulong sourceAddress,
        IntPtr destinationAddress,
        uint readLength,
        DeviceIOCompletionCallback callback,
        object context) => throw new NotSupportedException("The log is read from its files, never through the store.");

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) =>
        throw new NotSupportedException("Segments are removed by the retention, never by the store.");

    public override long GetFileSize(int segment) => shape.SegmentSize;

    public override void Dispose() => _file?.Dispose();

    private readonly record struct PendingWrite(
        IntPtr Source,
        int Segment,
        long Offset,
        uint Length,
        DeviceIOCompletionCallback Callback,
        object Context);
}
