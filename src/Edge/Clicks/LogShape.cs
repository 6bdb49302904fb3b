namespace LinkTracker.Edge.Clicks;

/// <summary>
/// Sizes of a log, as powers of two. Page and segment size are part of the format: a log is read with the shape it was
/// written with. Tests take small ones, to reach many pages and segments quickly.
/// </summary>
internal sealed record LogShape(int PageBits, int SegmentBits, int MemoryBits)
{
    /// <summary>Pages of 1 MiB, segments of 64 MiB, and 16 pages that may wait for the disk.</summary>
    public static LogShape Default { get; } = new(20, 26, 24);

    /// <summary>The first address that holds an entry: none stands at 0, which means "from the front" to readers.</summary>
    public const long First = 64;

    public long PageSize => 1L << PageBits;

    public long SegmentSize => 1L << SegmentBits;

    public int SegmentOf(long address) => (int)(address >> SegmentBits);

    /// <summary>The address behind the page that holds this one.</summary>
    public long PageEnd(long address) => ((address >> PageBits) + 1) << PageBits;

    public static string SegmentPath(string folder, int segment) => Path.Combine(folder, $"segment.{segment}");
}
