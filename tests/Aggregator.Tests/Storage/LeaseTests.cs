using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Storage;

[OnPostgres]
public sealed class LeaseTests : EngineTests
{
    [EngineFact]
    public async Task One_holds_a_name_until_it_lets_go_and_other_names_are_free()
    {
        var server = await ServerOfAsync(null);
        using var one = new TestDatabase(server);
        using var other = new TestDatabase(server);
        var lease = await one.Database.TryHoldAsync("a", CancellationToken.None);
        Assert.NotNull(lease);
        Assert.Null(await other.Database.TryHoldAsync("a", CancellationToken.None));
        await using (var second = await other.Database.TryHoldAsync("b", CancellationToken.None))
        {
            Assert.NotNull(second);
        }

        await lease.DisposeAsync();
        await using var taken = await other.Database.TryHoldAsync("a", CancellationToken.None);
        Assert.NotNull(taken);
    }

    [EngineFact]
    public async Task A_holder_whose_connection_ends_is_told_and_another_takes_over()
    {
        var server = (await ServerOfAsync(null))!;
        using var one = new TestDatabase(server);
        using var other = new TestDatabase(server);
        await using var lease = await one.Database.TryHoldAsync("a", CancellationToken.None);
        var lost = new TaskCompletionSource();
        lease!.Lost.Register(lost.SetResult);

        await PostgresDatabases.AskAsync(server, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");

        await lost.Task.WaitAsync(Eventually.Limit);
        await using var taken = await other.Database.TryHoldAsync("a", CancellationToken.None);
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task In_a_file_of_one_process_a_lease_is_sure()
    {
        using var file = new TestDatabase(server: null);
        await using var lease = await file.Database.TryHoldAsync("a", CancellationToken.None);
        Assert.False(lease!.Lost.CanBeCanceled);
    }
}
