using System.Data.Common;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>Keeps what could not be counted, and lets go of what was counted after all.</summary>
internal sealed class PostgresQuarantine(PostgresTransaction transaction)
{
    private const string Columns = "partition, edge, epoch, from_address, to_address, missing, kind, at, reason, bytes";

    /// <exception cref="PositionMovedException">What the batch counted is no longer in quarantine.</exception>
    public void Store(CountBatch batch, int partition, DateTimeOffset now)
    {
        var ranges = batch.Quarantine;
        if (ranges.Count > 0)
        {
            transaction.Execute(
                $"""
                INSERT INTO quarantine ({Columns})
                SELECT $1, edge, epoch, from_address, to_address, missing, kind, $2, reason, bytes
                FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::smallint[], $9::text[], $10::bytea[])
                    WITH ORDINALITY AS entry (edge, epoch, from_address, to_address, missing, kind, reason, bytes, number)
                ORDER BY number
                """,
                partition,
                now.ToUnixTimeMilliseconds(),
                ranges.Select(range => (long)range.Log.Edge).ToArray(),
                ranges.Select(range => (long)range.Log.Epoch).ToArray(),
                ranges.Select(range => range.From).ToArray(),
                ranges.Select(range => range.To).ToArray(),
                ranges.Select(range => range.Missing).ToArray(),
                ranges.Select(range => (short)range.Kind).ToArray(),
                ranges.Select(range => TextOf(range.Reason)).ToArray(),
                ranges.Select(range => range.Bytes).ToArray());
        }

        if (batch.Replayed.Count > 0
            && transaction.Execute("DELETE FROM quarantine WHERE partition = $1 AND id = ANY($2)", partition, batch.Replayed.ToArray()) != batch.Replayed.Count)
        {
            throw new PositionMovedException($"Not all of {batch.Replayed.Count} entries are in the quarantine of partition {partition} any more.");
        }
    }

    /// <param name="which">Which rows, in what order.</param>
    public List<QuarantineEntry> Read(string which, params ReadOnlySpan<object> values) =>
        transaction.Query(EntryOf, $"SELECT id, {Columns} FROM quarantine {which}", values);

    private static QuarantineEntry EntryOf(DbDataReader reader)
    {
        var log = new LogKey(reader.GetInt32(1), (ulong)reader.GetInt64(2), (ulong)reader.GetInt64(3));
        var range = new QuarantinedRange(
            log, reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetString(9), reader.GetFieldValue<byte[]>(10), (QuarantineKind)reader.GetInt16(7));
        return new QuarantineEntry(reader.GetInt64(0), reader.GetInt64(8), range);
    }

    // The one character that a text cannot hold; a reason may come from an Edge.
    private static string TextOf(string reason) => reason.Replace('\0', '\uFFFD');
}
