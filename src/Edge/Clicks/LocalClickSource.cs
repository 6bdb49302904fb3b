using System.Runtime.CompilerServices;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Edge.Clicks;

/// <summary>Hands this process's own clicks to the Aggregator beside it.</summary>
internal sealed class LocalClickSource(EpochShelf shelf, LogShape shape, ILogger logger) : IClickSource
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The earlier logs are known: reading may begin.</summary>
    public void Open() => _opened.TrySetResult();

    public async IAsyncEnumerable<ClickSlice> ReadAsync(
        IReadOnlyCollection<ClickPosition> positions, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await _opened.Task.WaitAsync(cancellation);
        foreach (var epoch in shelf.All)
        {
            epoch.Progress.Hold(PositionIn(epoch, positions));
        }

        var last = 0UL;
        while (true)
        {
            var moved = shelf.Moved;
            if (shelf.After(last) is not { } epoch)
            {
                await moved.WaitAsync(cancellation);
                continue;
            }

            last = epoch.Id;
            await foreach (var slice in ReadAsync(epoch, PositionIn(epoch, positions), cancellation))
            {
                yield return slice;
            }
        }
    }

    public void Release(ClickPosition position) =>
        shelf.All.FirstOrDefault(epoch => epoch.Id == position.Epoch && epoch.Edge == position.Edge)?.Progress.Release(position.Next);

    private async IAsyncEnumerable<ClickSlice> ReadAsync(
        Epoch epoch, long? position, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var released = epoch.Progress.Released.Clone();
        var cursor = CursorAt(epoch, position, released);
        using var reader = new SliceReader(epoch, shape, cursor, previous: Math.Min(position ?? cursor.Address, cursor.Address));
        while (true)
        {
            var moved = shelf.Moved;
            var isClosed = epoch.IsClosed;
            var limit = epoch.Durable;
            if (!reader.Cursor.IsComplete && reader.Cursor.Address < released.Address)
            {
                // Read again from where the log now begins: what lies before is known again from here on.
                limit = released.Address;
            }
            else if (reader.Cursor.Address == released.Address)
            {
                reader.Cursor = released.Clone();
            }

            if (reader.Cursor.Address < limit)
            {
                var isEnd = isClosed && limit == epoch.Durable && reader.Cursor.IsComplete;
                var slice = reader.Next(limit, isEnd ? epoch.Appended : null);
                epoch.Progress.Checkpoint(reader.Cursor);
                Tell(slice);
                yield return slice;
            }
            else if (isClosed)
            {
                break;
            }
            else
            {
                await moved.WaitAsync(cancellation);
            }
        }
    }

    private static long? PositionIn(Epoch epoch, IReadOnlyCollection<ClickPosition> positions) =>
        positions.Where(position => position.Epoch == epoch.Id && position.Edge == epoch.Edge && position.Partition == 0)
            .Select(position => (long?)position.Next)
            .Max();

    /// <summary>
    /// The cursor for a position: from what was released, which lies just before it, by reading on to it; from the front
    /// of what is kept when the counts are older than that.
    /// </summary>
    private LogCursor CursorAt(Epoch epoch, long? position, LogCursor released)
    {
        if (position is not { } next || next < released.Address)
        {
            var start = LogCursor.From(epoch.Retention.Begin);
            LogScan.Advance(start, epoch.Folder, epoch.Id, shape, position ?? 0);
            return start;
        }

        var cursor = released.Clone();
        LogScan.Advance(cursor, epoch.Folder, epoch.Id, shape, next);
        epoch.Progress.Checkpoint(cursor);
        epoch.Progress.Release(next);
        return cursor;
    }

    private void Tell(ClickSlice slice)
    {
        foreach (var range in slice.Damaged)
        {
            Log.Damaged(logger, slice.Epoch, range.From, range.To, range.Missing, range.Reason);
        }
    }
}
