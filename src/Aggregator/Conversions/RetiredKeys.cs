using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Business keys that held the shop's id of a customer who has another one now, or none. A shop that did not hear the answer sends its
/// request again, also when the customer was deleted in between: that must not bring the person back, nor reward its lead again.
/// </summary>
internal static class RetiredKeys
{
    private static readonly RowWriter<Row> Rows = new RowWriter<Row>("retired_keys", "hash")
        .Text("hash", row => row.Hash)
        .Number("conversion_id", row => row.ConversionId);

    /// <param name="leads">With their business keys and hashes as they were told; each once.</param>
    public static void Add(Session session, RequestHashes hashes, IEnumerable<ConversionRow> leads) =>
        Rows.Upsert(session, [.. leads.Select(lead => new Row { Hash = hashes.Retired(lead.BusinessKey!, lead.RequestHash), ConversionId = lead.Id })]);

    /// <summary>The answers to those of these requests that are repeats, by <see cref="RequestHashes.Retired(string, RequestHash)"/>.</summary>
    public static Lazy<Dictionary<string, FirstAnswer>> Ask(Session session, IReadOnlyCollection<string> hashes)
    {
        if (hashes.Count == 0)
        {
            return new([]);
        }

        var rows = session.Ask<Row>(
            $"""
            SELECT r.hash, r.conversion_id, v.answer, v.request_hash, v.customer_id FROM retired_keys r JOIN conversions v ON v.id = r.conversion_id
            WHERE {session.In("r.hash", "hashes")}
            """,
            ("hashes", hashes.ToArray()));
        return new(() => rows.Value.ToDictionary(row => row.Hash, row => new FirstAnswer("lead", row.Answer, row.RequestHash, row.CustomerId)));
    }

    private sealed class Row
    {
        public string Hash { get; set; } = "";

        public long ConversionId { get; set; }

        public string Answer { get; set; } = "";

        public string RequestHash { get; set; } = "";

        public long CustomerId { get; set; }
    }
}
