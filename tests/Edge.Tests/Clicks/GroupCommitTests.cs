using System.Runtime.CompilerServices;
using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

/// <summary>Waiting for commits, without a log: a number stands for what was appended, and another for what is durable.</summary>
public sealed class GroupCommitTests : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly FakeClock _clock = new(DateTimeOffset.UnixEpoch);
    private readonly GroupCommit _commits;
    private int _wakes;

    public GroupCommitTests()
    {
        _commits = new GroupCommit(LongestWait, _clock, () => Interlocked.Increment(ref _wakes));
        _commits.Start();
    }

    public void Dispose() => _commits.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(1_000)]
    public async Task Everybody_who_joined_is_told_by_the_commit_that_covers_them_and_not_before(int waiters)
    {
        var joined = Enumerable.Range(0, waiters).Select(_ => JoinAsync()).ToArray();
        var batch = _commits.Take();
        var late = JoinAsync();
        Assert.All(joined.Append(late), wait => Assert.False(wait.IsCompleted));

        _commits.Answer(batch);

        await Task.WhenAll(joined).WaitAsync(Eventually.Limit);
        Assert.False(late.IsCompleted);
        _commits.Answer(_commits.Take());
        await late.WaitAsync(Eventually.Limit);
        Assert.Equal(0, _commits.AnsweredBeforeDurable);
    }

    [Fact]
    public void Only_the_first_of_a_batch_wakes_the_writer()
    {
        _ = JoinAsync();
        _ = JoinAsync();
        Assert.Equal(1, _wakes);

        _commits.Answer(_commits.Take());
        _ = JoinAsync();
        Assert.Equal(2, _wakes);
    }

    [Fact]
    public async Task Many_threads_are_each_told_once_a_turn_and_never_before_their_click_is_durable()
    {
        const int threads = 64;
        const int turns = 2_000;
        using var wake = new AutoResetEvent(false);
        using var commits = new GroupCommit(TimeSpan.FromHours(1), TimeProvider.System, () => wake.Set());
        commits.Start();
        var (appended, durable, told) = (0L, 0L, 0L);
        var isOver = false;
        var writer = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    _ = wake.WaitOne();
                    var batch = commits.Take();
                    var target = Volatile.Read(ref appended);
                    Volatile.Write(ref durable, target);
                    commits.Answer(batch);
                }

                commits.End();
            },
            TaskCreationOptions.LongRunning);

        async Task ClickAsync()
        {
            var waiter = new CommitWaiter();
            for (var turn = 0; turn < turns; turn++)
            {
                var mine = Interlocked.Increment(ref appended);
                await commits.Join(waiter);
                Assert.True(Volatile.Read(ref durable) >= mine, $"told of {mine} when {durable} were durable");
                _ = Interlocked.Increment(ref told);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(ClickAsync))).WaitAsync(Eventually.Limit);

        Volatile.Write(ref isOver, true);
        _ = wake.Set();
        await writer.WaitAsync(Eventually.Limit);
        Assert.Equal(threads * turns, told);
        Assert.Equal(0, commits.AnsweredBeforeDurable);
    }

    [Fact]
    public async Task With_a_disk_that_hangs_now_and_then_everybody_is_told_once_and_each_early_answer_is_counted()
    {
        const int threads = 16;
        const int turns = 1_000;
        var (appended, durable, early) = (0L, 0L, 0L);
        var clicks = Enumerable.Range(0, threads).Select(_ => Task.Run(async () =>
        {
            var waiter = new CommitWaiter();
            for (var turn = 0; turn < turns; turn++)
            {
                var mine = Interlocked.Increment(ref appended);
                await _commits.Join(waiter);
                if (Volatile.Read(ref durable) < mine)
                {
                    Interlocked.Increment(ref early);
                }
            }
        })).ToArray();
        var all = Task.WhenAll(clicks);
        var random = new Random(4);
        var counted = 0L;
        while (!all.IsCompleted)
        {
            var batch = _commits.Take();
            var target = Volatile.Read(ref appended);
            if (random.Next(4) == 0)
            {
                _clock.Advance(LongestWait);
            }

            Volatile.Write(ref durable, target);
            _commits.Answer(batch);
            counted++;
        }

        await all;
        Assert.True(early <= _commits.AnsweredBeforeDurable, $"{early} were told early, {_commits.AnsweredBeforeDurable} are counted, in {counted} commits");
        Assert.InRange(_commits.AnsweredBeforeDurable, 1, threads * turns);
    }

    [Fact]
    public async Task Clicks_of_a_commit_that_lasts_too_long_are_answered_and_counted_once()
    {
        var committing = Enumerable.Range(0, 100).Select(_ => JoinAsync()).ToArray();
        var batch = _commits.Take();
        var collecting = Enumerable.Range(0, 70).Select(_ => JoinAsync()).ToArray();

        _clock.Advance(LongestWait);

        await Task.WhenAll(committing.Concat(collecting)).WaitAsync(Eventually.Limit);
        Assert.Equal(170, _commits.AnsweredBeforeDurable);

        // The commit ends after all, and answers nobody a second time.
        _commits.Answer(batch);
        _clock.Advance(LongestWait);
        Assert.Equal(170, _commits.AnsweredBeforeDurable);
        var next = JoinAsync();
        _commits.Answer(_commits.Take());
        await next.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_the_longest_wait_and_nobody_much_shorter()
    {
        var wait = JoinAsync();
        _clock.Advance(LongestWait * 0.8);
        Assert.False(wait.IsCompleted);

        _clock.Advance(LongestWait * 0.2);
        await wait.WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task A_wait_that_began_before_it_joined_is_over_earlier_and_one_for_room_is_never_overdue()
    {
        var room = _commits.NextAsync();
        _clock.Advance(LongestWait * 3);
        Assert.False(room.IsCompleted);
        Assert.Equal(0, _commits.AnsweredBeforeDurable);

        var click = _commits.Join(new CommitWaiter(), _clock.GetTimestamp() - (LongestWait.Ticks / 2)).AsTask();
        _clock.Advance(LongestWait / 2);

        await Task.WhenAll(room, click).WaitAsync(Eventually.Limit);
        Assert.Equal(1, _commits.AnsweredBeforeDurable);
    }

    [Fact]
    public async Task Batches_are_used_again()
    {
        // One comes back once everybody has been told, on a thread of the pool, unless another one does just then.
        var seen = new HashSet<CommitBatch>();
        for (var isNew = true; isNew;)
        {
            Assert.True(seen.Count < 10_000, "no batch came back");
            var click = JoinAsync();
            var batch = _commits.Take();
            isNew = seen.Add(batch);
            _commits.Answer(batch);
            await click.WaitAsync(Eventually.Limit);
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_batch_that_was_answered_as_overdue_is_not_used_again_while_it_is_the_writer_s()
    {
        var wait = JoinAsync();
        var batch = _commits.Take();
        _clock.Advance(LongestWait);
        await wait.WaitAsync(Eventually.Limit);

        for (var i = 0; i < 100; i++)
        {
            var next = JoinAsync();
            _clock.Advance(LongestWait);
            await next.WaitAsync(Eventually.Limit);
        }

        // Were it collecting by now, the end of its old commit would answer those who have just joined.
        var last = JoinAsync();
        _commits.Answer(batch);
        Assert.NotSame(batch, _commits.Take());
        Assert.False(last.IsCompleted);
    }

    [Fact]
    public void A_used_batch_knows_nothing_of_the_clicks_before()
    {
        using var told = new ManualResetEventSlim();
        var batch = new CommitBatch(work => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false)) { Answered = _ => told.Set() };
        var (room, late, early) = (new CommitWaiter { HoldsClick = false }, new CommitWaiter(), new CommitWaiter());
        foreach (var (waiter, since) in new[] { (room, 1L), (late, 3L), (early, 2L) })
        {
            var wait = waiter.Begin(since);
            Assert.False(wait.IsCompleted);
            Assert.True(batch.TryJoin(waiter, out var isFirst));
            Assert.Equal(waiter == room, isFirst);
        }

        Assert.Equal(2, batch.OldestClick());
        Assert.Equal(2, batch.Answer());
        Assert.Equal(0, batch.Answer());
        Assert.Null(batch.OldestClick());
        Assert.False(batch.TryJoin(new CommitWaiter(), out _));

        Assert.True(told.Wait(Eventually.Limit));
        batch.Reopen();
        Assert.Null(batch.OldestClick());
        Assert.True(batch.TryJoin(new CommitWaiter(), out _));
    }

    [Fact]
    public async Task After_the_end_nobody_waits_however_late_they_come()
    {
        var before = JoinAsync();
        _commits.End();
        await before.WaitAsync(Eventually.Limit);

        await Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await _commits.Join(new CommitWaiter());
                await _commits.NextAsync();
            }
        }).WaitAsync(Eventually.Limit);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(JoinAsync))).WaitAsync(Eventually.Limit);
        Assert.Equal(0, _commits.AnsweredBeforeDurable);
    }

    [Fact]
    public async Task The_end_answers_all_who_join_at_the_same_time()
    {
        for (var round = 0; round < 500; round++)
        {
            using var commits = new GroupCommit(LongestWait, _clock, () => { });
            using var start = new Barrier(3);
            var joining = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return commits.Join(new CommitWaiter()).AsTask();
                },
                TaskCreationOptions.LongRunning).Unwrap()).ToArray();
            start.SignalAndWait();
            commits.End();
            await Task.WhenAll(joining).WaitAsync(Eventually.Limit);
        }
    }

    [Fact]
    public async Task Who_has_been_told_keeps_nobody_alive_who_stood_behind()
    {
        var waiter = new CommitWaiter();
        var gone = await BesideAsync(waiter);

        // This may still run in the midst of telling, with the one who stood behind in hand.
        for (var tries = 0; gone.TryGetTarget(out _); tries++)
        {
            Assert.True(tries < 1_000, "it is still alive");
            await Task.Yield();
            GC.Collect();
        }

        GC.KeepAlive(waiter);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference<CommitWaiter>> BesideAsync(CommitWaiter waiter)
    {
        var (first, gone) = JoinBoth(waiter);
        _commits.Answer(_commits.Take());
        await first.WaitAsync(Eventually.Limit);
        return gone;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private (Task First, WeakReference<CommitWaiter> Second) JoinBoth(CommitWaiter waiter)
    {
        var second = new CommitWaiter();
        var both = Task.WhenAll(_commits.Join(waiter).AsTask(), _commits.Join(second).AsTask());
        return (both, new WeakReference<CommitWaiter>(second));
    }

    private Task JoinAsync() => _commits.Join(new CommitWaiter()).AsTask();
}
