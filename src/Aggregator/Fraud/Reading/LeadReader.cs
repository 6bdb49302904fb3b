using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud.Reading;

/// <summary>
/// Reads the leads that happened near those of suspects. Spans of one referrer that overlap are read as one, so however many suspects there
/// are, no lead is read twice for them.
/// </summary>
internal static class LeadReader
{
    private const long MinuteMs = 60_000;

    /// <param name="minutesOf">In which the rule of the suspect's time counts; 0: it does not.</param>
    public static IReadOnlyList<LeadRow> Around(Session session, IReadOnlyList<Suspect> suspects, Func<Suspect, int> minutesOf)
    {
        var spans = suspects.Where(suspect => suspect.LedAtMs is not null)
            .Select(suspect => (suspect.PartnerId, LedAt: suspect.LedAtMs!.Value, Length: minutesOf(suspect) * MinuteMs))
            .Where(one => one.Length > 0)
            .Select(one => new Span(one.PartnerId, one.LedAt - one.Length, one.LedAt + one.Length));
        return [.. Merge(spans).SelectMany(span => Read(session, span))];
    }

    private static List<Span> Merge(IEnumerable<Span> spans)
    {
        var merged = new List<Span>();
        foreach (var span in spans.OrderBy(span => span.PartnerId).ThenBy(span => span.AfterMs))
        {
            if (merged is [.., var last] && last.PartnerId == span.PartnerId && span.AfterMs < last.BeforeMs)
            {
                merged[^1] = last with { BeforeMs = Math.Max(last.BeforeMs, span.BeforeMs) };
            }
            else
            {
                merged.Add(span);
            }
        }

        return merged;
    }

    private static IReadOnlyList<LeadRow> Read(Session session, Span span) => session.Query<LeadRow>(
        """
        SELECT program_id, partner_id, occurred_at, customer_id FROM conversions
        WHERE partner_id = @PartnerId AND kind = 'lead' AND occurred_at > @AfterMs AND occurred_at < @BeforeMs AND program_id IS NOT NULL AND is_test = 0
        """,
        span);

    // Both ends are outside of it.
    private sealed record Span(long PartnerId, long AfterMs, long BeforeMs);
}

/// <summary>A lead of a referrer.</summary>
internal sealed class LeadRow
{
    public long ProgramId { get; set; }

    public long PartnerId { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long OccurredAt { get; set; }

    public long CustomerId { get; set; }
}
