using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Links;
using LinkTracker.Contracts.Clicks;
using Npgsql;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>The clicks of links as of the last snapshot.</summary>
/// <param name="partitions">How many there are.</param>
internal sealed class PostgresLinkClicks(NpgsqlDataSource source, int partitions)
{
    /// <inheritdoc cref="IClickCounts.ClicksOf"/>
    /// <exception cref="CountsException">The counts could not be read now.</exception>
    public Dictionary<long, LinkClicks> ClicksOf(IReadOnlyCollection<long> links) => PostgresTransaction.Run(source, () =>
    {
        long[] asked = [.. links.Distinct()];
        using var transaction = PostgresTransaction.ToRead(source);

        // The tables are in the order of partitions first.
        using var command = transaction.Command(
            """
            SELECT asked.link_id, SUM(days.valid)::bigint, MAX(newest.at)
            FROM unnest($1::int[], $2::bigint[]) AS asked (partition, link_id)
            JOIN click_days AS days ON days.partition = asked.partition AND days.dimension = 0 AND days.link_id = asked.link_id
            LEFT JOIN last_clicks AS newest ON newest.partition = asked.partition AND newest.link_id = asked.link_id
            GROUP BY asked.link_id
            """,
            Array.ConvertAll(asked, link => LinkPartition.Of(link, partitions)),
            asked);
        using var reader = command.ExecuteReader();
        var clicks = new Dictionary<long, LinkClicks>();
        while (reader.Read())
        {
            clicks.Add(reader.GetInt64(0), new LinkClicks(reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetInt64(2)));
        }

        return clicks;
    });
}
