using System.Text.Json;
using LinkTracker.Aggregator.Counting;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>Reads the sums of clicks, each call on one snapshot.</summary>
/// <remarks>Safe for many threads at once.</remarks>
internal sealed class CountsRollups(CountsDatabase database)
{
    private const string Tally = "SUM(raw), SUM(valid), SUM(unique_visitors), SUM(head), SUM(prefetch), SUM(link_preview), SUM(bot), SUM(duplicate)";

    // The first row of each link, not all of them.
    private const string FirstHourOfLinks = """
        SELECT MIN((SELECT bucket FROM click_hours WHERE dimension = 0 AND link_id = asked.value ORDER BY bucket LIMIT 1))
        FROM json_each(@links) AS asked
        """;

    /// <summary>Sums of the hours asked for, whole days of them read from the table of days. In no particular order.</summary>
    public IReadOnlyCollection<RollupRow> Rollup(RollupQuery query)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: true);
        var rows = new Dictionary<(long, long, string), RollupRow>();
        var (firstDay, endDay) = (-UtcBuckets.Floor(-query.FromHour, 24), UtcBuckets.Floor(query.ToHour, 24));
        if (query.Split == RollupSplit.Hour || firstDay >= endDay)
        {
            Read(connection, query, "click_hours", query.FromHour, query.ToHour, UtcBuckets.HourMs, rows);
        }
        else
        {
            Read(connection, query, "click_hours", query.FromHour, firstDay * 24, UtcBuckets.HourMs, rows);
            Read(connection, query, "click_days", firstDay, endDay, UtcBuckets.DayMs, rows);
            Read(connection, query, "click_hours", endDay * 24, query.ToHour, UtcBuckets.HourMs, rows);
        }

        return rows.Values;
    }

    /// <summary>The first hour with a click of the links; null when there is none.</summary>
    public long? FirstHour(IReadOnlyCollection<long>? links)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = links is null
            ? "SELECT MIN(bucket) FROM click_hours WHERE dimension = 0 AND link_id = 0"
            : FirstHourOfLinks;
        AddLinks(command, links);
        return command.ExecuteScalar() is long hour ? hour : null;
    }

    private static void Read(
        SqliteConnection connection, RollupQuery query, string table, long from, long to, long bucketMs, Dictionary<(long, long, string), RollupRow> rows)
    {
        if (from >= to)
        {
            return;
        }

        using var command = connection.CreateCommand();
        command.CommandText = RollupSql(query, table);
        command.Parameters.AddWithValue("@dimension", (long)query.Dimension);
        command.Parameters.AddWithValue("@from", from);
        command.Parameters.AddWithValue("@to", to);
        AddLinks(command, query.Links);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var row = new RollupRow(reader.GetInt64(0), reader.GetInt64(1) * bucketMs, reader.GetString(2), ReadTally(reader, 3));
            var key = (row.LinkId, row.StartMs, row.Value);
            if (rows.TryGetValue(key, out var sum))
            {
                var tally = sum.Tally;
                tally.Add(row.Tally);
                row = row with { Tally = tally };
            }

            rows[key] = row;
        }
    }

    private static ClickTally ReadTally(SqliteDataReader reader, int at) => new()
    {
        Raw = reader.GetInt64(at),
        Valid = reader.GetInt64(at + 1),
        Unique = reader.GetInt64(at + 2),
        Head = reader.GetInt64(at + 3),
        Prefetch = reader.GetInt64(at + 4),
        LinkPreview = reader.GetInt64(at + 5),
        Bot = reader.GetInt64(at + 6),
        Duplicate = reader.GetInt64(at + 7),
    };

    internal static string RollupSql(RollupQuery query, string table)
    {
        var bucket = query.Split == RollupSplit.None || query.Split == RollupSplit.Link ? "0" : "bucket";
        var link = query.Split == RollupSplit.Link ? "link_id" : "0";

        // Every link that was clicked in that time, found by time: in the table itself their rows of all times stand between.
        var condition = query.Links is not null ? "link_id IN (SELECT value FROM json_each(@links))"
            : query.Split != RollupSplit.Link ? "link_id = 0"
            : $"link_id IN (SELECT link_id FROM {table} INDEXED BY {table}_by_time WHERE dimension = 0 AND link_id > 0 AND bucket >= @from AND bucket < @to)";
        return $"""
            SELECT {link} AS l, {bucket} AS b, value, {Tally} FROM {table}
            WHERE dimension = @dimension AND {condition} AND bucket >= @from AND bucket < @to
            GROUP BY l, b, value
            """;
    }

    private static void AddLinks(SqliteCommand command, IReadOnlyCollection<long>? links)
    {
        if (links is not null)
        {
            command.Parameters.AddWithValue("@links", JsonSerializer.Serialize(links));
        }
    }
}
