using FASTER.core;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// FasterLog, used for what it does best: many threads append without a lock into pages that one thread writes out. Its
/// commit records and its recovery are not used (docs/adr/0002-one-log-per-start.md): every buffer begins an empty log,
/// and what is durable is told by the address up to which our own device wrote and synced.
/// </summary>
internal sealed class AppendBuffer : IDisposable
{
    private readonly AutoResetEvent _arrived = new(false);
    private readonly LogDevice _device;
    private FasterLog? _log;

    /// <param name="wake">Called when pages wait to be written although nobody has asked for a commit.</param>
    public AppendBuffer(string folder, LogShape shape, LogDisk disk, Action wake)
    {
        _device = new LogDevice(folder, shape, disk, () =>
        {
            _arrived.Set();
            wake();
        });
        _log = new FasterLog(new FasterLogSettings
        {
            LogDevice = _device,
            LogChecksum = LogChecksumType.PerEntry,
            LogCommitManager = new NoCommitRecords(),
            TryRecoverLatest = false,
            AutoCommit = false,
            AutoRefreshSafeTailAddress = false,
            PageSize = shape.PageSize,
            SegmentSize = shape.SegmentSize,
            MemorySize = 1L << shape.MemoryBits,
            MutableFraction = 0.9,
        });
    }

    /// <summary>Nothing that is appended from now on stands before it. Any thread.</summary>
    public long Tail
    {
        get
        {
            if (Volatile.Read(ref _log) is not { } log)
            {
                return 0;
            }

            // The store reads page and offset apart, so the old page's offset may come with the new page, too far ahead. When
            // the second reading is such a one, a page was turned since the first, which therefore lies behind.
            var tail = log.TailAddress;
            Volatile.ReadBarrier();
            return Math.Min(tail, log.TailAddress);
        }
    }

    /// <summary>False when every page waits for the disk, or the log has failed. Any thread; never blocks.</summary>
    public bool TryAppend(ReadOnlySpan<byte> entry)
    {
        try
        {
            return Volatile.Read(ref _log) is { } log && log.TryEnqueue(entry, out _);
        }
        catch (FasterException)
        {
            // Thrown once a write has failed and the pages are full. The writer thread has seen the cause.
            return false;
        }
    }

    /// <summary>
    /// Brings everything appended so far to the disk. Only the writer thread calls it.
    /// </summary>
    /// <returns>The durable address.</returns>
    /// <exception cref="IOException">A write or a sync failed; no later flush can succeed.</exception>
    public long Flush()
    {
        var log = _log!;
        var target = Tail;
        if (target > log.FlushedUntilAddress)
        {
            log.Commit();
        }

        // The commit's write arrives when the last thread has left the pages it covers, maybe on that thread.
        while (true)
        {
            _device.Pump();
            if (_device.Failure is { } failure)
            {
                throw new IOException($"The click log cannot be written: {failure.Message}", failure);
            }

            if (log.FlushedUntilAddress >= target)
            {
                return log.FlushedUntilAddress;
            }

            _arrived.WaitOne();
        }
    }

    /// <summary>
    /// Gives the pages back. The store itself is left to the collector: a late thread may still be inside, and it holds
    /// nothing but memory.
    /// </summary>
    public void Dispose()
    {
        Volatile.Write(ref _log, null);
        _device.Dispose();
    }

    private sealed class NoCommitRecords : ILogCommitManager
    {
        public void Commit(long beginAddress, long untilAddress, byte[] commitMetadata, long commitNum, bool forceWriteMetadata)
        {
        }

        public byte[] GetCommitMetadata(long commitNum) => [];

        public IEnumerable<long> ListCommits() => [];

        public void RemoveCommit(long commitNum)
        {
        }

        public void RemoveAllCommits()
        {
        }

        public void OnRecovery(long commitNum)
        {
        }

        public void Dispose()
        {
        }
    }
}
