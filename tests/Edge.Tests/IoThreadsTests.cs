using System.Collections.Concurrent;

namespace LinkTracker.Edge.Tests;

public sealed class IoThreadsTests
{
    [Fact]
    public async Task Work_of_many_threads_is_done_once_each_also_when_it_comes_while_other_work_is_done()
    {
        const int each = 20_000;
        using var threads = new IoThreads();
        var done = new ConcurrentDictionary<int, int>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
            {
                threads.Run(new Work((thread * each) + i, number =>
                {
                    _ = done.AddOrUpdate(number, 1, (_, times) => times + 1);
                    if (done.Count == 4 * each)
                    {
                        all.TrySetResult();
                    }
                }));
            }
        })));

        await all.Task.WaitAsync(Eventually.Limit);
        Assert.All(done.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task Work_may_ask_for_more_work()
    {
        using var threads = new IoThreads();
        var end = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Next(int number)
        {
            if (number == 1_000)
            {
                end.SetResult(number);
            }
            else
            {
                threads.Run(new Work(number + 1, Next));
            }
        }

        threads.Run(new Work(0, Next));

        Assert.Equal(1_000, await end.Task.WaitAsync(Eventually.Limit));
    }

    [Fact]
    public void It_may_end_at_any_time()
    {
        for (var i = 0; i < 50; i++)
        {
            using var threads = new IoThreads();
            threads.Run(new Work(i, _ => { }));
        }
    }

    private sealed class Work(int number, Action<int> action) : IThreadPoolWorkItem
    {
        public void Execute() => action(number);
    }
}
