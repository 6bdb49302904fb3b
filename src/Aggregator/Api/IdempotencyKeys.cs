using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Api;

/// <summary>
/// Answers that were given to calls with an <c>Idempotency-Key</c>, stored in the transaction of what the call did. Refusals are not
/// stored: they changed nothing, and the call may be sent again. Each answer is kept for 48 hours.
/// </summary>
internal sealed class IdempotencyKeys(TimeProvider clock)
{
    private const long KeptMs = 48 * 3_600_000L;
    private const long PauseMs = 60_000;

    private static readonly RowWriter<Row> Rows = new RowWriter<Row>("idempotency_keys", "key")
        .Text("key", row => row.Key)
        .Text("fingerprint", row => row.Fingerprint)
        .Number("status", row => row.Status)
        .Text("answer", row => row.Answer)
        .Number("created_at", row => row.CreatedAt);

    private long _forgottenAt;

    /// <summary>What is stored for some keys, by their hashes, to be asked by <see cref="Repeat"/>.</summary>
    public Dictionary<string, (string Fingerprint, StoredAnswer Answer)> Find(Session session, IEnumerable<IdempotencyKey> keys)
    {
        string[] hashes = [.. keys.Select(key => key.Hash).Distinct()];
        return hashes.Length == 0 ? [] : session.Query<Row>(
            $"SELECT * FROM idempotency_keys WHERE {session.In("key", "hashes")} AND created_at > @since", new { hashes, since = Now() - KeptMs })
            .ToDictionary(row => row.Key, row => (row.Fingerprint, new StoredAnswer(row.Status, row.Answer)));
    }

    /// <summary>The answer that a call with this key got; null when this is the first.</summary>
    /// <exception cref="ApiError">422 when the first had another body.</exception>
    public static StoredAnswer? Repeat(Dictionary<string, (string Fingerprint, StoredAnswer Answer)> stored, IdempotencyKey key) =>
        !stored.TryGetValue(key.Hash, out var first) ? null
        : first.Fingerprint == key.Fingerprint ? first.Answer
        : throw ApiError.Unprocessable("Idempotency-Key: was sent before with another body; choose another key for another call.");

    /// <summary>Stores answers, and from time to time forgets old ones: there are only ever new ones where old ones are.</summary>
    public void Save(Session session, IEnumerable<(IdempotencyKey Key, StoredAnswer Answer)> answers)
    {
        var now = Now();
        Row[] rows = [.. answers.Select(one => new Row
        {
            Key = one.Key.Hash,
            Fingerprint = one.Key.Fingerprint,
            Status = one.Answer.Status,
            Answer = one.Answer.Text,
            CreatedAt = now,
        })];
        Rows.Upsert(session, rows);
        if (rows.Length > 0 && now - _forgottenAt > PauseMs)
        {
            session.Execute("DELETE FROM idempotency_keys WHERE created_at <= @until", new { until = now - KeptMs });
            session.AfterCommit(() => _forgottenAt = now);
        }
    }

    /// <summary>Changes answers that are stored: those of these texts, and those in which something stands.</summary>
    public static void Rewrite(Session session, IReadOnlyCollection<string> texts, string mark, Func<string, string> change)
    {
        string[] answers = [.. texts.Where(text => text.Length > 0).Distinct()];
        var rows = session.Query<Row>(
            $"SELECT * FROM idempotency_keys WHERE {session.In("answer", "answers")} OR answer LIKE @pattern", new { answers, pattern = $"%{mark}%" });
        foreach (var row in rows)
        {
            row.Answer = change(row.Answer);
        }

        Rows.Upsert(session, rows);
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class Row
    {
        public string Key { get; set; } = "";

        public string Fingerprint { get; set; } = "";

        public int Status { get; set; }

        public string Answer { get; set; } = "";

        public long CreatedAt { get; set; }
    }
}
