using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Storage;

[OnPostgres]
public sealed class LoneServiceTests : EngineTests
{
    [EngineFact]
    public async Task One_works_at_a_time_and_another_takes_over_when_it_fails_or_stops()
    {
        var server = await ServerOfAsync(null);
        using var store = new TestDatabase(server);
        using var one = new Worker(store.Database);
        using var other = new Worker(store.Database);
        await one.StartAsync(CancellationToken.None);
        await one.Working.WaitAsync(Eventually.Limit);
        await other.StartAsync(CancellationToken.None);
        Assert.True(one.IsHolder);

        // It may be the first to take what it let go of; it fails as often as it is.
        one.Fails(new IOException("a disk, say"));
        while (await Task.WhenAny(other.Working, one.Working).WaitAsync(Eventually.Limit) != other.Working)
        {
            one.Fails(new IOException("a disk, say"));
        }

        Assert.False(one.IsHolder);

        await other.StopAsync(CancellationToken.None);
        await one.Working.WaitAsync(Eventually.Limit);
        Assert.True(one.IsHolder);
        await one.StopAsync(CancellationToken.None);
        Assert.False(one.IsHolder);
    }

    [EngineFact]
    public async Task Health_tells_what_failed_until_the_work_succeeds_again()
    {
        using var store = await OpenDatabaseAsync();
        using var worker = new Worker(store.Database);
        await worker.StartAsync(CancellationToken.None);
        await worker.Working.WaitAsync(Eventually.Limit);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(worker)).Status);

        worker.Fails(new IOException("a disk, say"));
        await worker.Working.WaitAsync(Eventually.Limit);
        var failing = await HealthAsync(worker);
        Assert.Equal(HealthStatus.Degraded, failing.Status);
        Assert.Equal("testing failed (IOException) and is being tried again; until then nothing is tested.", failing.Description);

        worker.SucceedsNow();
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(worker)).Status);
        await worker.StopAsync(CancellationToken.None);
    }

    private static Task<HealthCheckResult> HealthAsync(Worker worker) => worker.CheckHealthAsync(new HealthCheckContext());

    private sealed class Worker(Database database) : LoneService(database, "testing", "nothing is tested", TimeProvider.System, NullLogger.Instance)
    {
        private TaskCompletionSource _working = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when the work begins, or begins again.</summary>
        public Task Working => _working.Task;

        public void Fails(Exception failure)
        {
            _working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _end, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetException(failure);
        }

        public void SucceedsNow() => Succeeds();

        protected override Task WorkAsync(CancellationToken cancellation)
        {
            var end = _end.Task;
            _ = _working.TrySetResult();
            return end.WaitAsync(cancellation);
        }
    }
}
