using System.Globalization;
using System.Text;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Edge.Tests.Clicks;

/// <summary>A data folder and the click logs that are opened in it, one after the other, as by a process and its restarts.</summary>
internal sealed class LogRig : IAsyncDisposable
{
    /// <summary>Pages of 64 KiB, segments of 256 KiB, 8 pages in memory.</summary>
    public static readonly LogShape Small = new(16, 18, 19);

    /// <summary>Where syncing costs nothing, if there is such a place: the tests make thousands of commits.</summary>
    private static readonly string Scratch = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private readonly List<ClickLog> _logs = [];
    private readonly bool _ownsData;

    public LogRig(string? data = null)
    {
        _ownsData = data is null;
        Data = data ?? Path.Combine(Scratch, "clicklog-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Data);
    }

    public string Data { get; }

    public string Logs => Path.Combine(Data, "edge", "log");

    public bool Durable { get; init; } = true;

    public TimeSpan DurableWait { get; init; } = TimeSpan.FromSeconds(30);

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public LogShape Shape { get; init; } = Small;

    public DiskFault? Fault { get; set; }

    public ILogger Logger { get; init; } = NullLogger.Instance;

    public Settings Settings => new() { Data = Data, Durable = Durable, DurableWait = DurableWait, LogRetention = TimeSpan.FromHours(1) };

    public ClickLog Create()
    {
        var log = new ClickLog(Settings, Clock, Logger, Shape, (action, path) => Fault?.Invoke(action, path));
        _logs.Add(log);
        return log;
    }

    public async Task<ClickLog> StartAsync()
    {
        var log = Create();
        await log.StartAsync(default);
        return log;
    }

    public static async Task StopAsync(ClickLog log)
    {
        await log.StopAsync(default);
        log.Dispose();
    }

    /// <summary>The data folder as a killed process would leave it: a copy, made while the log is open.</summary>
    public LogRig Crash()
    {
        var copy = Empty();
        foreach (var file in Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories).Where(IsLasting))
        {
            var target = Path.Combine(copy.Data, Path.GetRelativePath(Data, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var from = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[RandomAccess.GetLength(from)];
            RandomAccess.Read(from, bytes, 0);
            File.WriteAllBytes(target, bytes);
            File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(file));
        }

        return copy;
    }

    /// <summary>Another one like this, without any data.</summary>
    public LogRig Empty() => new() { Shape = Shape, Durable = Durable, DurableWait = DurableWait, Clock = Clock };

    /// <summary>Whether the file is always as it was last replaced, as a whole.</summary>
    public static bool IsAtomic(string file) => Path.GetFileName(file) == "edge.json";

    public static bool IsLasting(string file) => Path.GetFileName(file) is not ("lock" or "probe") && Path.GetExtension(file) != ".tmp";

    /// <summary>Records a click that can be told by its number.</summary>
    public static ValueTask RecordAsync(ClickLog log, long number, int agentLength = 80) => log.RecordAsync(new ClickRecord
    {
        OccurredAtMs = number,
        Token = new ClickToken(number, (UInt128)number),
        VisitorHash = (ulong)number,
        UserAgent = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture).PadRight(agentLength, 'u')),
        Language = "en-US"u8,
    });

    public static async Task RecordAsync(ClickLog log, IEnumerable<int> numbers, int agentLength = 80)
    {
        var all = new List<Task>();
        foreach (var number in numbers)
        {
            all.Add(RecordAsync(log, number, agentLength).AsTask());
        }

        await Task.WhenAll(all);
    }

    /// <summary>
    /// Reads until everything appended is there or declared missing, and releases it as the Aggregator would.
    /// </summary>
    public static async Task<Reading> ReadAllAsync(ClickLog log, IReadOnlyCollection<ClickPosition>? positions = null, bool release = true)
    {
        using var deadline = new CancellationTokenSource(Eventually.Limit);
        var reading = new Reading();
        if (IsAllRead(log, reading, positions))
        {
            return reading;
        }

        await foreach (var slice in log.Source.ReadAsync(positions ?? [], deadline.Token))
        {
            reading.Add(slice);
            if (release)
            {
                log.Source.Release(slice.End);
            }

            if (IsAllRead(log, reading, positions))
            {
                return reading;
            }
        }

        return reading;
    }

    /// <summary>Reads until the end of the newest log; closed logs before it are read to their ends.</summary>
    private static bool IsAllRead(ClickLog log, Reading reading, IReadOnlyCollection<ClickPosition>? positions)
    {
        foreach (var epoch in log.Epochs)
        {
            var reached = reading.Ends.TryGetValue(epoch.Id, out var end) ? end
                : positions?.FirstOrDefault(position => position.Epoch == epoch.Id) is { Next: > 0 } position ? position.Next
                : epoch.Retention.Begin;
            if (reached < epoch.Durable)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The equations hold, for a log of which everything appended is durable. The backlog is found once more, in the files:
    /// as what the figures say of it, it would be right whatever they say.
    /// </summary>
    public static void AssertBalanced(ClickLog log, LogShape? shape = null)
    {
        var stats = log.Figures.Take();
        Assert.Equal(stats.Offered, stats.Appended + stats.DroppedDeclared);
        Assert.Equal(stats.Appended, stats.Delivered + stats.Expired + stats.Backlog + stats.Quarantined);
        var unread = 0L;
        foreach (var epoch in log.Epochs)
        {
            var cursor = epoch.Progress.Released.Clone();
            LogScan.Advance(cursor, epoch.Folder, epoch.Id, shape ?? Small, epoch.Durable);
            unread += cursor.Total - epoch.Progress.Released.Total;
        }

        Assert.Equal(unread, stats.Backlog);
    }

    public async ValueTask DisposeAsync()
    {
        Fault = null;
        foreach (var log in _logs)
        {
            await log.StopAsync(default);
            log.Dispose();
        }

        if (_ownsData)
        {
            Directory.Delete(Data, recursive: true);
        }
    }
}

/// <summary>What came out of a source, checked for order and completeness while it came.</summary>
internal sealed class Reading
{
    public List<long> Numbers { get; } = [];

    public List<DamagedRange> Damaged { get; } = [];

    public List<ClickSlice> Slices { get; } = [];

    public Dictionary<ulong, long> Ends { get; } = [];

    public long Missing => Damaged.Sum(range => range.Missing);

    public List<ClickPosition> Positions =>
        [.. Slices.GroupBy(slice => slice.Epoch).Select(group => group.Last().End)];

    public void Add(ClickSlice slice)
    {
        if (Ends.TryGetValue(slice.Epoch, out var end))
        {
            Assert.Equal(end, slice.From);
            Assert.Equal(end, slice.Previous);
        }

        Assert.True(slice.Payload.Length <= SliceReader.MaxPayload);
        Assert.True(slice.From < slice.To);
        var count = 0;
        var last = slice.From - 1;
        foreach (var entry in slice)
        {
            Assert.True(ClickCodec.TryRead(entry.Click, out var click));
            Assert.InRange(entry.Address, last + 1, slice.To - 1);
            Numbers.Add(click.OccurredAtMs);
            last = entry.Address;
            count++;
        }

        foreach (var range in slice.Damaged)
        {
            Assert.InRange(range.From, slice.From, slice.To);
            Assert.InRange(range.To, range.From, slice.To);
        }

        Assert.Equal(slice.Count, count);
        Damaged.AddRange(slice.Damaged);
        Slices.Add(slice);
        Ends[slice.Epoch] = slice.To;
    }
}
