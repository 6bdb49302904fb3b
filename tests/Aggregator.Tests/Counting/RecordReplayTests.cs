using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>Records that one version could not decode and the next can.</summary>
public sealed class RecordReplayTests : IAsyncLifetime
{
    private static readonly byte[] Bytes = [1, 2, 3];

    private CountsServer _server = null!;

    public async Task InitializeAsync() => _server = await CountsServer.CreateAsync();

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [FactWith(Need.Postgres)]
    public void A_record_that_cannot_be_decoded_is_kept_with_its_bytes_and_offset()
    {
        Poison();

        var entry = Assert.Single(_server.Clicks.Replayable(0, 0, 10));
        Assert.True(entry.IsReplayable);
        Assert.Equal((new LogKey(0, 0, 0), 0, 1, 0, QuarantineKind.Record), (entry.Range.Log, entry.Range.From, entry.Range.To, entry.Range.Missing, entry.Range.Kind));
        Assert.Equal(Bytes, entry.Range.Bytes);
        Assert.Equal(new PartitionPosition(0, 1), _server.Counts.Read(0)!.Position);
        Assert.Empty(_server.Counts.Read(0)!.Logs);
    }

    [FactWith(Need.Postgres)]
    public void Its_clicks_are_counted_once_though_the_log_has_moved_on()
    {
        var log = Log(6);
        _server.Count(log.Slice(0, 2));
        Poison();
        _server.Count(log.Slice(4, 6));
        var hole = Assert.Single(_server.Clicks.Holes(new LogKey(0, log.Edge, log.Epoch))).Range;
        Assert.Equal((log.Slice(2, 4).From, log.Slice(2, 4).To, QuarantineKind.Hole), (hole.From, hole.To, hole.Kind));

        var made = Replay(log.Slice(2, 4));
        _server.Commit(made);

        // Neither a lost answer nor one who replays the same at the same time counts it twice.
        _server.Commit(made);
        Assert.Throws<PositionMovedException>(() => _server.Counts.Commit(made.Batch, made.Step with { Fence = 2 }));
        Assert.Empty(_server.Quarantine());
        AssertWhole(log, new LogProgress(log.Tail, 6, 6, 0, 0));
    }

    [FactWith(Need.Postgres)]
    public void It_is_counted_by_the_ordinary_way_when_nothing_came_behind_it()
    {
        var log = Log(4);
        _server.Count(log.Slice(0, 2));
        Poison();

        _server.Commit(Replay(log.Slice(2, 4)));

        Assert.Empty(_server.Quarantine());
        AssertWhole(log, new LogProgress(log.Tail, 4, 4, 0, 0));
    }

    [FactWith(Need.Postgres)]
    public void The_first_record_of_a_log_is_counted_when_it_is_replayed_after_the_second()
    {
        var log = Log(4);
        Poison();
        _server.Count(log.Slice(2, 4, previous: TestLog.Begin));

        _server.Commit(Replay(log.Slice(0, 2)));

        Assert.Empty(_server.Quarantine());
        AssertWhole(log, new LogProgress(log.Tail, 4, 4, 0, 0));
    }

    [FactWith(Need.Postgres)]
    public void Of_several_in_one_hole_each_closes_its_part()
    {
        var log = Log(8);
        _server.Count(log.Slice(0, 2));
        Poison();
        Poison();
        Poison();
        _server.Count(log.Slice(7, 8));

        // The one in the middle first: the hole falls in two.
        _server.Commit(Replay(log.Slice(3, 5), entry: 1));
        Assert.Equal(
            [(log.Slice(2, 3).From, log.Slice(2, 3).To), (log.Slice(5, 7).From, log.Slice(5, 7).To)],
            _server.Clicks.Holes(new LogKey(0, log.Edge, log.Epoch)).Select(hole => (hole.Range.From, hole.Range.To)));
        _server.Commit(Replay(log.Slice(5, 7), entry: 1));
        _server.Commit(Replay(log.Slice(2, 3)));

        Assert.Empty(_server.Quarantine());
        AssertWhole(log, new LogProgress(log.Tail, 8, 8, 0, 0));
    }

    [FactWith(Need.Postgres)]
    public void A_record_that_was_delivered_again_in_time_is_skipped_when_it_is_replayed()
    {
        var log = Log(4);
        _server.Count(log.Slice(0, 2));
        Poison();
        _server.Count(log.Slice(2, 4));

        _server.Commit(Replay(log.Slice(2, 4)));

        Assert.Empty(_server.Quarantine());
        AssertWhole(log, new LogProgress(log.Tail, 6, 4, 2, 0));
    }

    [FactWith(Need.Postgres)]
    public void What_is_damaged_in_it_stays_out_and_is_declared_once()
    {
        var log = Log(4);
        var unknown = new TestClick { Visitor = 9 }.ToBytes(9);
        unknown[0] = 200;
        log.AddBytes(unknown).Add(new TestClick { Visitor = 10 });
        var from = log.Slice(2, 5).From;
        var damage = new DamagedRange(from + 8, from + 16, 3, "torn", new byte[] { 7 });
        var before = new DamagedRange(from, from, 2, "missing", default);
        _server.Count(log.Slice(0, 2));
        Poison();
        _server.Count(log.Slice(5, 6));

        _server.Commit(Replay(log.Slice(2, 5, null, before, damage)));

        Assert.Equal(["missing", "torn", "This version cannot read the click's bytes."], _server.Quarantine().Select(range => range.Reason));
        AssertWhole(log, new LogProgress(log.Tail, 11, 5, 0, 6), clicks: 5);

        // The same bytes again, sent by an Edge that was started again.
        _server.Count(log.Slice(2, 5, null, before, damage));
        AssertWhole(log, new LogProgress(log.Tail, 14, 5, 3, 6), clicks: 5);
    }

    [FactWith(Need.Postgres)]
    public void A_click_from_quarantine_is_counted_once()
    {
        var known = new TestClick { Visitor = 2 }.ToBytes(2);
        var unknown = (byte[])known.Clone();
        unknown[0] = 200;
        var log = new TestLog().Add(new TestClick()).AddBytes(unknown).Add(new TestClick { Visitor = 3 });
        _server.Count(log.Whole());
        var entry = Assert.Single(_server.Clicks.Replayable(0, 0, 10));

        var made = _server.Fold(0, 0, fold => fold.Replay(entry with { Range = entry.Range with { Bytes = known } }));
        _server.Commit(made);
        _server.Commit(made);

        Assert.Empty(_server.Quarantine());
        AssertWhole(log, new LogProgress(log.Tail, 3, 3, 0, 0));
    }

    [FactWith(Need.Postgres)]
    public void A_step_that_moves_nothing_is_not_taken_for_one_that_was_made()
    {
        Poison();
        var entry = Assert.Single(_server.Clicks.Replayable(0, 0, 10));
        var (batch, step) = _server.Fold(0, 0, fold => fold.Batch.Replayed.Add(entry.Id));

        _server.Counts.Commit(batch, step);

        Assert.Empty(_server.Quarantine());
        Assert.Throws<PositionMovedException>(() => _server.Counts.Commit(batch, step));
    }

    private static TestLog Log(int clicks)
    {
        var log = new TestLog();
        for (var i = 0; i < clicks; i++)
        {
            log.Add(new TestClick { Visitor = (ulong)i });
        }

        return log;
    }

    private void Poison() => _server.Commit(_server.Fold(0, 1, fold => fold.Batch.Quarantine.Add(
        QuarantinedRange.OfRecord(0, new PartitionPosition(0, _server.Counts.Read(0)?.Position.Offset ?? 0), "The slice is of version 9.", Bytes))));

    // At the position where the partition is.
    private (CountBatch Batch, PartitionStep Step) Replay(ClickSlice slice, int entry = 0) => _server.Fold(
        0, 0, fold => fold.Replay(_server.Clicks.Replayable(0, 0, 10)[entry], slice, _server.Clicks.Holes(LogKey.Of(slice))));

    private void AssertWhole(TestLog log, LogProgress progress, int? clicks = null)
    {
        Assert.Equal(progress, _server.Counts.Read(0)!.Logs[new LogKey(0, log.Edge, log.Epoch)]);
        Assert.Equal(clicks ?? log.Count, _server.Total().Valid);
        Assert.Equal(clicks ?? log.Count, _server.AllClicks().Count);
    }
}
