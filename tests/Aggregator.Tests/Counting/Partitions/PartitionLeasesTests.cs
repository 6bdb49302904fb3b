using LinkTracker.Aggregator.Counting.Partitions;
using LinkTracker.Aggregator.Storage;
using Npgsql;

namespace LinkTracker.Aggregator.Tests.Counting.Partitions;

public sealed class PartitionLeasesTests(SharedServers servers) : IClassFixture<SharedServers>, IAsyncLifetime
{
    private const int Partitions = 5;
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(1);

    private NpgsqlDataSource? _database;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [FactWith(Need.Postgres)]
    public async Task Who_is_alone_may_have_all_partitions()
    {
        var only = await MemberAsync();
        var view = await only.RenewAsync(default);
        Assert.Equal((Partitions, 0), (view.Share, view.Mine.Count));
        Assert.Equal(Enumerable.Range(0, Partitions), view.Free);
        await TakeAllAsync(only, view.Free);
        Assert.Equal(Partitions, (await only.RenewAsync(default)).Mine.Count);
    }

    [FactWith(Need.Postgres)]
    public async Task Shares_are_as_even_as_they_can_be_and_add_up()
    {
        PartitionLeases[] members = [await MemberAsync(), await MemberAsync(), await MemberAsync()];
        foreach (var member in members)
        {
            await member.RenewAsync(default);
        }

        var shares = await Task.WhenAll(members.Select(async member => (await member.RenewAsync(default)).Share));
        Assert.Equal([1, 2, 2], shares.Order());
    }

    [FactWith(Need.Postgres)]
    public async Task A_partition_goes_to_one_of_many_who_want_it()
    {
        await MemberAsync();
        var members = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MemberAsync()));
        await members[0].RenewAsync(default);
        var taken = await Task.WhenAll(members.Select(member => member.TakeAsync(3, default)));
        Assert.Equal(1, Assert.Single(taken, lease => lease is not null)!.Value.Fence);
    }

    [FactWith(Need.Postgres)]
    public async Task Who_falls_silent_loses_its_partitions_and_the_next_holder_has_a_higher_fence()
    {
        var (frozen, awake) = (await MemberAsync(), await MemberAsync());
        var first = (await TakeAllAsync(frozen, (await frozen.RenewAsync(default)).Free)).Single(lease => lease.Partition == 2);
        await Eventually.HoldsAsync("the term is over", Eventually.Limit, async () => (await awake.RenewAsync(default)).Free.Count == Partitions);

        var second = await awake.TakeAsync(2, default);
        Assert.Equal(first.Fence + 1, second!.Value.Fence);
        Assert.DoesNotContain(2, (await frozen.RenewAsync(default)).Mine.Select(lease => lease.Partition));
        Assert.Null(await frozen.TakeAsync(2, default));
    }

    [FactWith(Need.Postgres)]
    public async Task A_fence_is_lifted_above_that_of_a_store_by_its_holder_only()
    {
        var (holder, other) = (await MemberAsync(), await MemberAsync());
        var lease = (await TakeAllAsync(holder, (await holder.RenewAsync(default)).Free))[0];
        await other.LiftAsync(lease, 34, default);
        Assert.Contains(lease, (await holder.RenewAsync(default)).Mine);
        await holder.LiftAsync(lease, 34, default);
        Assert.Contains(lease with { Fence = 35 }, (await holder.RenewAsync(default)).Mine);
    }

    [FactWith(Need.Postgres)]
    public async Task What_is_released_is_free_at_once_and_an_old_lease_releases_nothing()
    {
        var (leaving, staying) = (await MemberAsync(), await MemberAsync());
        var lease = (await TakeAllAsync(leaving, (await leaving.RenewAsync(default)).Free))[0];
        await leaving.ReleaseAsync(lease);
        Assert.NotNull(await staying.TakeAsync(lease.Partition, default));
        await leaving.ReleaseAsync(lease);
        Assert.Contains(lease.Partition, (await staying.RenewAsync(default)).Mine.Select(mine => mine.Partition));
    }

    [FactWith(Need.Postgres)]
    public async Task Who_leaves_is_no_longer_counted_among_those_who_share()
    {
        var (leaving, staying) = (await MemberAsync(), await MemberAsync());
        await leaving.RenewAsync(default);
        Assert.True((await staying.RenewAsync(default)).Share < Partitions);
        await leaving.LeaveAsync();
        Assert.Equal(Partitions, (await staying.RenewAsync(default)).Share);
    }

    [Theory]
    [InlineData(12, 1)]
    [InlineData(12, 5)]
    [InlineData(3, 7)]
    [InlineData(1024, 10)]
    public void Shares_of_all_members_are_all_partitions(int partitions, int members)
    {
        var shares = Enumerable.Range(0, members).Select(place => PartitionLeases.ShareOf(partitions, members, place)).ToList();
        Assert.Equal(partitions, shares.Sum());
        Assert.InRange(shares.Max() - shares.Min(), 0, 1);
    }

    private async Task<PartitionLeases> MemberAsync()
    {
        if (_database is null)
        {
            var connection = await (await servers.Postgres).CreateDatabaseAsync();
            Database.Open(new PostgresEngine(connection)).Dispose();
            _database = NpgsqlDataSource.Create(connection);
        }

        return new PartitionLeases(_database, Partitions, Term);
    }

    private static async Task<List<PartitionLease>> TakeAllAsync(PartitionLeases member, IEnumerable<int> partitions)
    {
        var taken = new List<PartitionLease>();
        foreach (var partition in partitions)
        {
            taken.Add((await member.TakeAsync(partition, default))!.Value);
        }

        return taken;
    }
}
