using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

/// <summary>A log of one thread's clicks, cleanly closed, to be damaged again and again and read each time.</summary>
internal sealed class WrittenLog : IAsyncDisposable
{
    private readonly LogRig _rig;

    private WrittenLog(LogRig rig, string folder, int count)
    {
        _rig = rig;
        Folder = folder;
        Count = count;
        Id = EpochShelf.Folders(rig.Logs)[^1].Epoch;
        Segments = [.. EpochRecovery.Segments(folder).Select(found => File.ReadAllBytes(found.File.FullName))];
        var cursor = new LogCursor();
        using var reader = new SegmentReader(folder, Id, LogRig.Small, new ReadPatience());
        Mark = ReadMark();
        while (reader.TryRead(cursor, Mark.Durable, out var item))
        {
            Starts.Add(item.From);
        }

        Assert.Equal(count, Starts.Count);
    }

    public string Folder { get; }

    public int Count { get; }

    public ulong Id { get; }

    public EpochMark Mark { get; }

    /// <summary>The undamaged bytes.</summary>
    public byte[][] Segments { get; }

    /// <summary>The address of each click.</summary>
    public List<long> Starts { get; } = [];

    public static async Task<WrittenLog> CreateAsync(int count, bool close = true)
    {
        var rig = new LogRig();
        var log = await rig.StartAsync();
        var last = ValueTask.CompletedTask;
        var thread = new Thread(() =>
        {
            for (var i = 0; i < count; i++)
            {
                last = LogRig.RecordAsync(log, i, 1 + (i * 7 % 250));
                if (i % 400 == 399)
                {
                    last.AsTask().Wait();
                }
            }
        });
        thread.Start();
        thread.Join();
        await last;
        if (close)
        {
            await LogRig.StopAsync(log);
            return new WrittenLog(rig, log.Epochs[0].Folder, count);
        }

        var crashed = rig.Crash();
        var folder = EpochShelf.Folders(crashed.Logs)[0].Folder;
        await rig.DisposeAsync();
        return new WrittenLog(crashed, folder, count);
    }

    public string SegmentPath(int segment) => LogShape.SegmentPath(Folder, segment);

    public static (int Segment, int Offset) Place(long address) =>
        (LogRig.Small.SegmentOf(address), (int)(address % LogRig.Small.SegmentSize));

    public void Restore()
    {
        for (var i = 0; i < Segments.Length; i++)
        {
            File.WriteAllBytes(SegmentPath(i), Segments[i]);
        }
    }

    /// <summary>Overwrites bytes of one segment.</summary>
    public void Overwrite(long address, ReadOnlySpan<byte> bytes)
    {
        var (segment, offset) = Place(address);
        using var file = File.OpenHandle(SegmentPath(segment), FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, bytes, offset);
    }

    /// <summary>Reads with nothing but the reader, up to the mark.</summary>
    public (List<int> Found, List<Contracts.Clicks.DamagedRange> Damaged) Scan()
    {
        using var lanes = new SlotLease(Folder, Id);
        var cursor = new LogCursor();
        using var reader = new SliceReader(lanes.Epoch, LogRig.Small, cursor, LogShape.First);
        var reading = new Reading();
        while (cursor.Address < Mark.Durable)
        {
            reading.Add(reader.Next(Mark.Durable, Mark.Total));
        }

        return ([.. reading.Numbers.Select(number => (int)number)], reading.Damaged);
    }

    /// <summary>Starts an edge over the damaged log and reads everything.</summary>
    public async Task<(Reading Reading, EdgeStats Stats)> StartAndReadAsync()
    {
        Reading? reading = null;
        var stats = await StartAndReadAsync(TimeProvider.System, async log => reading = await LogRig.ReadAllAsync(log));
        return (reading!, stats);
    }

    /// <summary>Starts an edge over the damaged log, and has it read in some way.</summary>
    public async Task<EdgeStats> StartAndReadAsync(TimeProvider clock, Func<ClickLog, Task> read)
    {
        await using var rig = new LogRig(_rig.Data) { Clock = clock };
        var log = await rig.StartAsync();
        Assert.True(log.IsWritable);
        await LogRig.RecordAsync(log, Count);
        await read(log);
        LogRig.AssertBalanced(log);
        return log.Figures.Take();
    }

    public EpochMark ReadMark()
    {
        using var file = SlotFile.Open(Path.Combine(Folder, EpochMark.FileName), EpochMark.SlotLength, new LogDisk(), out var state);
        return EpochMark.Read(state, Id)!.Value;
    }

    public void WriteMark(EpochMark mark)
    {
        using var file = SlotFile.Open(Path.Combine(Folder, EpochMark.FileName), EpochMark.SlotLength, new LogDisk(), out _);
        mark.Write(file);
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private sealed class SlotLease : IDisposable
    {
        public SlotLease(string folder, ulong id)
        {
            var file = SlotFile.Open(Path.Combine(folder, EpochMark.FileName), EpochMark.SlotLength, new LogDisk(), out var state);
            Epoch = new Epoch(folder, EpochMark.Read(state, id)!.Value, file, new ReleaseFile(folder, id, new LogDisk()), null);
        }

        public Epoch Epoch { get; }

        public void Dispose() => Epoch.Dispose();
    }
}
