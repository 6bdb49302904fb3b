using System.Text.Json;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage;

/// <summary>Reads how far was counted, the quarantine and the newest clicks, each call on one snapshot. Sums are read by <see cref="CountsRollups"/>.</summary>
/// <remarks>Safe for many threads at once.</remarks>
internal sealed class CountsReader(CountsDatabase database)
{
    public Dictionary<LogKey, LogProgress> Positions()
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT partition, edge, epoch, next, consumed, applied, duplicate_skipped, quarantined FROM positions";
        using var reader = command.ExecuteReader();
        var positions = new Dictionary<LogKey, LogProgress>();
        while (reader.Read())
        {
            positions.Add(
                new LogKey(reader.GetInt32(0), (ulong)reader.GetInt64(1), (ulong)reader.GetInt64(2)),
                new LogProgress(reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7)));
        }

        return positions;
    }

    public CountsAudit Audit()
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT (SELECT COALESCE(SUM(applied), 0) FROM positions),
                   (SELECT COALESCE(SUM(raw), 0) FROM click_days WHERE dimension = 0 AND link_id = 0)
            """;
        using var reader = command.ExecuteReader();
        reader.Read();
        return new CountsAudit(reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>A part of the quarantine, the newest first.</summary>
    public List<QuarantineEntry> Quarantine(long limit, long offset) => Quarantine("ORDER BY id DESC LIMIT @a OFFSET @b", limit, offset);

    /// <summary>Clicks in quarantine whose bytes are kept, with higher ids than the given one, in the order of their ids.</summary>
    public List<QuarantineEntry> Replayable(long after, long most) =>
        Quarantine("WHERE id > @a AND is_click = 1 AND length(bytes) > 0 ORDER BY id LIMIT @b", after, most);

    private List<QuarantineEntry> Quarantine(string which, long a, long b)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, at, partition, edge, epoch, from_address, to_address, missing, reason, bytes, is_click FROM quarantine " + which;
        command.Parameters.AddWithValue("@a", a);
        command.Parameters.AddWithValue("@b", b);
        using var reader = command.ExecuteReader();
        var entries = new List<QuarantineEntry>();
        while (reader.Read())
        {
            var range = new QuarantinedRange(
                new LogKey(reader.GetInt32(2), (ulong)reader.GetInt64(3), (ulong)reader.GetInt64(4)),
                reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetString(8), reader.GetFieldValue<byte[]>(9), (QuarantineKind)reader.GetInt64(10));
            entries.Add(new QuarantineEntry(reader.GetInt64(0), reader.GetInt64(1), range));
        }

        return entries;
    }

    /// <summary>Unix milliseconds of the newest valid click of each link that has one.</summary>
    public Dictionary<long, long> LastClicks(IReadOnlyCollection<long> links)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT link_id, at FROM last_clicks WHERE link_id IN (SELECT value FROM json_each(@links))";
        command.Parameters.AddWithValue("@links", JsonSerializer.Serialize(links));
        using var reader = command.ExecuteReader();
        var last = new Dictionary<long, long>();
        while (reader.Read())
        {
            last.Add(reader.GetInt64(0), reader.GetInt64(1));
        }

        return last;
    }
}
