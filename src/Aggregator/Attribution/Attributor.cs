namespace LinkTracker.Aggregator.Attribution;

/// <param name="Lost">Why this one was not credited; null for the one that was.</param>
internal sealed record Candidate(Touch Touch, string? Lost);

/// <summary>Who is credited, and why the others are not: enough to explain the decision and to repeat it.</summary>
internal sealed record Decision(int RuleVersion, long OccurredAtMs, long WindowMs, Touch? Winner, IReadOnlyList<Candidate> Candidates);

/// <summary>
/// Last click inside a window, with precedence: a typed code beats a click, a click beats an earlier lead, and that the link
/// of the customer; among equals the later one wins. A pure function: the same evidence gives the same credit, in whatever order it is given.
/// </summary>
internal static class Attributor
{
    /// <summary>Goes up whenever the rule decides otherwise, so that stored decisions can be told apart.</summary>
    public const int RuleVersion = 1;

    /// <param name="windowMs">A click counts from its own millisecond until just before <c>click + window</c>.</param>
    public static Decision Decide(IEnumerable<Touch> touches, long occurredAtMs, long windowMs)
    {
        // The keys behind the time only make ties come out the same in every order of arrival.
        var ranked = touches
            .OrderBy(touch => touch.Method)
            .ThenByDescending(touch => touch.AtMs)
            .ThenByDescending(touch => touch.LinkId)
            .ThenBy(touch => touch.ClickToken, StringComparer.Ordinal)
            .ThenBy(touch => touch.PartnerId)
            .ThenBy(touch => touch.Refusal, StringComparer.Ordinal)
            .ToList();
        Touch? winner = null;
        var candidates = new List<Candidate>(ranked.Count);
        foreach (var touch in ranked)
        {
            var lost = touch.Refusal ?? OutsideWindow(touch, occurredAtMs, windowMs) ?? (winner is null ? null : "beaten");
            winner ??= lost is null ? touch : null;
            candidates.Add(new Candidate(touch, lost));
        }

        return new Decision(RuleVersion, occurredAtMs, windowMs, winner, candidates);
    }

    // Codes are typed at the conversion, and what was credited once has bound its customer: only clicks grow old.
    private static string? OutsideWindow(Touch touch, long occurredAtMs, long windowMs) => touch.Method switch
    {
        Method.Click when occurredAtMs < touch.AtMs => "after_conversion",
        Method.Click when occurredAtMs - touch.AtMs >= windowMs => "window_over",
        _ => null,
    };
}
