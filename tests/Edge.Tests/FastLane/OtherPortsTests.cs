using Microsoft.AspNetCore.Http;

namespace LinkTracker.Edge.Tests.FastLane;

public sealed class OtherPortsTests : IDisposable
{
    private readonly OtherPorts _others = new();

    public void Dispose() => _others.Dispose();

    [Fact]
    public async Task A_request_of_another_port_takes_no_thread_of_the_pool_before_or_behind_an_await()
    {
        var isOfPool = new List<bool>();

        await HandleAsync(async () =>
        {
            isOfPool.Add(Thread.CurrentThread.IsThreadPoolThread);
            await Task.Run(() => isOfPool.Add(Thread.CurrentThread.IsThreadPoolThread));
            isOfPool.Add(Thread.CurrentThread.IsThreadPoolThread);
        });

        Assert.Equal([false, true, false], isOfPool);
    }

    [Fact]
    public async Task Requests_that_block_keep_others_waiting_and_those_that_await_do_not()
    {
        var awaited = new TaskCompletionSource();
        using var free = new ManualResetEventSlim();
        var awaiting = Enumerable.Range(0, 100).Select(_ => HandleAsync(() => awaited.Task)).ToArray();
        await HandleAsync(() => Task.CompletedTask);

        var blocking = Enumerable.Range(0, _others.MaximumConcurrencyLevel).Select(_ => HandleAsync(() => Task.FromResult(free.Wait(Eventually.Limit)))).ToArray();
        var late = HandleAsync(() => Task.CompletedTask);
        Assert.False(late.IsCompleted);

        free.Set();
        awaited.SetResult();
        await Task.WhenAll([.. awaiting, .. blocking, late]).WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task A_fault_is_the_request_s_own()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => HandleAsync(() => throw new InvalidDataException("wrong")));
        await HandleAsync(() => Task.CompletedTask);
    }

    [Fact]
    public async Task A_request_that_outlives_the_server_comes_to_its_end()
    {
        var awaited = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        var request = HandleAsync(async () =>
        {
            begun.SetResult();
            await awaited.Task;
            await Task.Yield();
        });
        await begun.Task;

        _others.Dispose();
        awaited.SetResult();

        await request.WaitAsync(Eventually.Limit);
    }

    private Task HandleAsync(Func<Task> handler) => _others.Handle(_ => handler(), new DefaultHttpContext());
}
