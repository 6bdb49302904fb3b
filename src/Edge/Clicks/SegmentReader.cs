using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.IO;
using Microsoft.Win32.SafeHandles;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Reads one log's segment files. Where the bytes are not what was written, it goes on to the next
/// entry that proves itself: damage costs the clicks it hit and no others. What only fails to be read, be it for want of
/// file descriptors, is not damage: that throws, and the cursor stays. One thread at a time.
/// </summary>
internal sealed class SegmentReader(string folder, ulong epoch, LogShape shape, ReadPatience patience) : IDisposable
{
    private const int MaxDamagedBytes = 64 * 1024;
    private const int DiskBlock = 4096;

    private readonly byte[] _page = new byte[shape.PageSize];
    private SafeFileHandle? _file;
    private int _segment = -1;
    private long _from;
    private long _to;
    private long _fileEnd;

    /// <summary>
    /// Reads what comes next at the cursor and moves it behind: a click, or a range that holds none though it should.
    /// False at the limit, which must not lie inside an entry.
    /// </summary>
    /// <exception cref="IOException">A segment could not be opened or read this time.</exception>
    /// <exception cref="UnauthorizedAccessException">A segment may not be opened.</exception>
    public bool TryRead(LogCursor cursor, long limit, out LogItem item)
    {
        item = default;
        while (cursor.Address < limit)
        {
            Load(cursor.Address, limit);
            var bytes = Loaded(cursor.Address);
            if (LogFrame.TryRead(bytes, epoch, cursor.Address, out var click, out var isIntact) && cursor.IsAhead(click.Lane, click.Sequence))
            {
                var from = cursor.Address;
                var gap = cursor.Pass(click.Lane, click.Sequence, from + click.Total);
                item = new LogItem { From = from, Click = click.Bytes, Gap = gap, IsFrameDamaged = !isIntact };
                return true;
            }

            if (!IsPadding(bytes))
            {
                item = new LogItem { Damage = SkipDamage(cursor, limit) };
                return true;
            }

            cursor.Address = _to;
        }

        return false;
    }

    /// <summary>What is left of a page is zero, ends with the page, and is shorter than the longest entry.</summary>
    private bool IsPadding(ReadOnlySpan<byte> bytes) =>
        _to % shape.PageSize == 0 && bytes.Length <= LogFrame.MaxPadding && !bytes.ContainsAnyExcept((byte)0) && _to <= _fileEnd;

    private DamagedRange SkipDamage(LogCursor cursor, long limit)
    {
        var from = cursor.Address;
        var firstLoaded = Loaded(from);
        var reason = _fileEnd <= from ? "The bytes are gone: the file is missing or too short."
            : !firstLoaded.ContainsAnyExcept((byte)0) ? "There are only zeros where clicks should be."
            : "The bytes are not the ones that were written.";
        var at = from + LogFrame.Alignment;
        while (at < limit)
        {
            Load(at, limit);
            for (; at < _to; at += LogFrame.Alignment)
            {
                if (LogFrame.TryRead(Loaded(at), epoch, at, out var click, out _) && cursor.IsAhead(click.Lane, click.Sequence))
                {
                    return Damaged(cursor, from, at, reason);
                }
            }
        }

        return Damaged(cursor, from, limit, reason);
    }

    private DamagedRange Damaged(LogCursor cursor, long from, long to, string reason)
    {
        cursor.Address = to;
        var bytes = new byte[Math.Min(to - from, MaxDamagedBytes)];
        var present = ReadFile(from, bytes);
        _from = _to = 0;
        return new DamagedRange(from, to, 0, reason, bytes.AsMemory(0, present));
    }

    private ReadOnlySpan<byte> Loaded(long address) =>
        _page.AsSpan((int)(address % shape.PageSize), (int)(_to - address));

    /// <summary>Makes sure that the page holds everything from the address to its end or the limit; what is gone is zero.</summary>
    private void Load(long address, long limit)
    {
        var end = Math.Min(limit, shape.PageEnd(address));
        if (address >= _from && end == _to)
        {
            return;
        }

        var bytes = _page.AsSpan((int)(address % shape.PageSize), (int)(end - address));
        _from = _to = 0;
        var present = ReadFile(address, bytes);
        bytes[present..].Clear();
        (_from, _to, _fileEnd) = (address, end, address + present);
    }

    /// <summary>
    /// Reads within one segment and returns how many bytes there were. Blocks that the disk cannot read, however often it
    /// was asked, come as zeros.
    /// </summary>
    private int ReadFile(long address, Span<byte> destination)
    {
        var inSegment = (int)Math.Min(destination.Length, shape.SegmentSize - (address % shape.SegmentSize));
        var segment = shape.SegmentOf(address);
        var file = Open(segment);
        var length = 0;
        while (file is not null && length < inSegment)
        {
            var offset = (address % shape.SegmentSize) + length;
            try
            {
                var read = RandomAccess.Read(file, destination[length..inSegment], offset);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }
            catch (IOException e) when (e.HResult == LinuxFile.InputOutputError && patience.IsOver(segment))
            {
                var unreadable = Math.Min(inSegment - length, DiskBlock - (int)(offset % DiskBlock));
                destination.Slice(length, unreadable).Clear();
                length += unreadable;
            }
        }

        return length;
    }

    /// <summary>Null when the file is gone. It is not remembered as gone: a log that is still written may open it later.</summary>
    private SafeFileHandle? Open(int segment)
    {
        if (segment == _segment)
        {
            return _file;
        }

        Dispose();
        try
        {
            _file = File.OpenHandle(
                LogShape.SegmentPath(folder, segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            _segment = segment;
            return _file;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException e) when (e.HResult == LinuxFile.InputOutputError && patience.IsOver(segment))
        {
            return null;
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        _segment = -1;
    }
}

/// <summary>Either a click or a damaged range.</summary>
internal readonly ref struct LogItem
{
    public long From { get; init; }

    public ReadOnlySpan<byte> Click { get; init; }

    /// <summary>Clicks of the same lane that are missing before this one.</summary>
    public long Gap { get; init; }

    /// <summary>The click is whole, but the frame around it is not.</summary>
    public bool IsFrameDamaged { get; init; }

    public DamagedRange? Damage { get; init; }
}
