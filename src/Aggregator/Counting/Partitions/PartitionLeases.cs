using System.Data.Common;
using System.Security.Cryptography;
using Dapper;

namespace LinkTracker.Aggregator.Counting.Partitions;

/// <summary>
/// Shares the partitions of the topic of clicks among the Aggregators that live, by rows of the database and its clock. A lease that is
/// not renewed in time may be taken by another. Leases keep two from doing the same work; that nothing is counted twice comes from the stores,
/// which compare positions and fences.
/// </summary>
/// <param name="partitions">Of the topic.</param>
/// <param name="term">How long a lease holds without being renewed.</param>
internal sealed class PartitionLeases(DbDataSource database, int partitions, TimeSpan term)
{
    public static readonly TimeSpan DefaultTerm = TimeSpan.FromSeconds(10);

    /// <summary>How often leases should be renewed.</summary>
    public TimeSpan Interval => term / 5;

    /// <summary>This Aggregator's name among the others, new at every start.</summary>
    public string Owner { get; } = RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>Shows that this Aggregator lives, and renews what it holds.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task<LeaseView> RenewAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleAsync<MemberRow>(Command(
            """
            WITH me AS (
                INSERT INTO counting_members (id, seen_at) VALUES (@owner, now()) ON CONFLICT (id) DO UPDATE SET seen_at = now()
            ), gone AS (
                DELETE FROM counting_members WHERE seen_at <= now() - @term AND id <> @owner
            ), missing AS (
                INSERT INTO counting_leases (partition, owner, fence, expires_at)
                SELECT p, '', 0, now() FROM generate_series(0, @partitions - 1) AS p ON CONFLICT (partition) DO NOTHING
            ), renewed AS (
                UPDATE counting_leases SET expires_at = now() + @term WHERE owner = @owner AND expires_at > now()
            )
            SELECT COUNT(*) AS others, COUNT(*) FILTER (WHERE id < @owner) AS before_me
            FROM counting_members WHERE id <> @owner AND seen_at > now() - @term
            """,
            cancellation));

        // Read apart: a statement does not see its own changes.
        var leases = await connection.QueryAsync<LeaseRow>(Command(
            "SELECT partition, fence, owner = @owner AND expires_at > now() AS is_mine, expires_at <= now() AS is_free FROM counting_leases WHERE partition < @partitions",
            cancellation));
        var all = leases.OrderBy(lease => lease.Partition).ToList();
        return new LeaseView(
            [.. all.Where(lease => lease.IsMine).Select(lease => new PartitionLease(lease.Partition, lease.Fence))],
            [.. all.Where(lease => lease.IsFree).Select(lease => lease.Partition)],
            ShareOf(partitions, row.Others + 1, row.BeforeMe));
    }

    /// <summary>Takes a partition that nobody holds; null when another was first.</summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task<PartitionLease?> TakeAsync(int partition, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var fence = await connection.QuerySingleOrDefaultAsync<long?>(new CommandDefinition(
            """
            UPDATE counting_leases SET owner = @Owner, fence = fence + 1, expires_at = now() + @term
            WHERE partition = @partition AND expires_at <= now() RETURNING fence
            """,
            new { Owner, term, partition },
            cancellationToken: cancellation));
        return fence is { } taken ? new PartitionLease(partition, taken) : null;
    }

    /// <summary>
    /// Lifts the fence of a lease that this Aggregator holds above one that a store has. So it is after the database came back from a
    /// backup: it counts fences from an earlier number than the one that it had reached.
    /// </summary>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task LiftAsync(PartitionLease lease, long above, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE counting_leases SET fence = @above + 1
            WHERE partition = @Partition AND fence = @Fence AND owner = @Owner AND expires_at > now()
            """,
            new { lease.Partition, lease.Fence, Owner, above },
            cancellationToken: cancellation));
    }

    /// <summary>Gives a partition up, so that others need not wait for the end of its term.</summary>
    /// <exception cref="DbException">The database does not answer; the term ends by itself.</exception>
    public async Task ReleaseAsync(PartitionLease lease)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "UPDATE counting_leases SET expires_at = now() WHERE partition = @Partition AND fence = @Fence AND owner = @Owner",
            new { lease.Partition, lease.Fence, Owner });
    }

    /// <summary>Leaves the others, so that they share what this one held at once.</summary>
    /// <exception cref="DbException">The database does not answer; they find out by themselves.</exception>
    public async Task LeaveAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync("DELETE FROM counting_members WHERE id = @Owner", new { Owner });
    }

    /// <summary>As even as whole numbers allow; the first members in the order of their names hold one more.</summary>
    internal static int ShareOf(int partitions, int members, int place) => (partitions / members) + (place < partitions % members ? 1 : 0);

    private CommandDefinition Command(string sql, CancellationToken cancellation) =>
        new(sql, new { owner = Owner, term, partitions }, cancellationToken: cancellation);

    private sealed class MemberRow
    {
        public int Others { get; set; }

        public int BeforeMe { get; set; }
    }

    private sealed class LeaseRow
    {
        public int Partition { get; set; }

        public long Fence { get; set; }

        public bool IsMine { get; set; }

        public bool IsFree { get; set; }
    }
}
