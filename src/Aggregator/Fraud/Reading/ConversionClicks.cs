using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Fraud.Reading;

/// <summary>Finds who made the clicks that came with conversions, and keeps it beside them.</summary>
internal sealed class ConversionClicks(IClickCounts counts, InstallationKeys keys, Settings settings, TimeProvider clock)
{
    // A click is counted within seconds; one that is not then waits for an Edge that is cut off, and rewards are held for days anyway.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>The clicks of these conversions that are not kept yet.</summary>
    /// <param name="Waiting">Conversions that came a short while ago, and whose clicks are not all counted.</param>
    /// <exception cref="CountsException">The clicks cannot be read now.</exception>
    public (IReadOnlyList<ClickRow> Found, IReadOnlySet<long> Waiting) Find(Session session, long[] conversions)
    {
        // :: 1  the clicks, without those that are kept
        var wanted = Tokens(session, conversions);
        var known = Known(session, wanted.Select(token => token.ClickToken).Distinct().ToArray());
        var missing = wanted.Where(token => !known[token.ClickToken].Any(row => row.ConversionId == token.ConversionId)).ToList();

        // :: 2  those of an earlier conversion of the customer are kept with that one, all others are where clicks are
        var sought = missing.Where(token => !known.Contains(token.ClickToken)).Select(token => token.ClickToken).ToHashSet();
        var clicks = Scan(sought);
        foreach (var row in known)
        {
            clicks[row.Key] = row.First();
        }

        var found = missing.Where(token => clicks.ContainsKey(token.ClickToken)).Select(token => Copy(clicks[token.ClickToken], token)).ToList();

        // :: 3  who may still be found
        var now = clock.GetUtcNow();
        var fresh = (now - LongestWait).ToUnixTimeMilliseconds();
        var kept = (now - settings.ClickRetention).ToUnixTimeMilliseconds();
        var waiting = missing.Where(token => !clicks.ContainsKey(token.ClickToken) && token.ReceivedAt > fresh && AtMs(token.ClickToken) > kept)
            .Select(token => token.ConversionId)
            .ToHashSet();
        return (found, waiting);
    }

    /// <returns>How many are new.</returns>
    public static int Keep(Session session, IReadOnlyList<ClickRow> rows) => session.ExecuteAll(
        """
        INSERT INTO conversion_clicks (conversion_id, click_token, day, visitor, referrer) VALUES (@conversion, @token, @day, @visitor, @referrer)
        ON CONFLICT DO NOTHING
        """,
        ["conversion", "token", "day", "visitor", "referrer"],
        rows.Select(row => new object?[] { row.ConversionId, row.ClickToken, row.Day, row.Visitor, row.Referrer }));

    private Dictionary<string, ClickRow> Scan(HashSet<string> sought)
    {
        var found = new Dictionary<string, ClickRow>();
        var tokens = new Dictionary<ClickToken, string>();
        foreach (var text in sought)
        {
            if (AtMs(text) is not null && ClickToken.TryParse(text, out var token))
            {
                tokens[token] = text;
            }
        }

        if (tokens.Count == 0)
        {
            return found;
        }

        var times = tokens.Values.Select(text => AtMs(text)!.Value).ToList();
        var scan = new ClickScan
        {
            FromMs = times.Min(),
            ToMs = times.Max() + 1,
            Hours = times.Select(UtcBuckets.Hour).ToHashSet(),
            Links = tokens.Keys.Select(token => token.LinkId).ToHashSet(),
        };
        counts.Scan(scan, (in StoredClick click) =>
        {
            if (tokens.TryGetValue(click.Record.Token, out var text))
            {
                found[text] = new ClickRow
                {
                    Day = UtcBuckets.Day(click.Record.OccurredAtMs),
                    Visitor = unchecked((long)click.Record.VisitorHash),
                    Referrer = HostOf(click.Record.Referrer),
                };
            }
        });
        return found;
    }

    private long? AtMs(string text) =>
        ClickToken.TryParse(text, out var token) && keys.TryVerify(token, out var identity) ? identity.OccurredAtMs : null;

    private static string? HostOf(ReadOnlySpan<byte> origin) =>
        Uri.TryCreate(System.Text.Encoding.UTF8.GetString(origin), UriKind.Absolute, out var url) && url.Host.Length > 0 ? url.Host : null;

    private static ClickRow Copy(ClickRow click, TokenRow token) => new()
    {
        ConversionId = token.ConversionId,
        ClickToken = token.ClickToken,
        Day = click.Day,
        Visitor = click.Visitor,
        Referrer = click.Referrer,
    };

    // Those that were credited, and those that came with the conversion and were beaten: a typed code beats the click of a coupon site.
    private static IReadOnlyList<TokenRow> Tokens(Session session, long[] conversions) => session.Query<TokenRow>(
        $"""
        SELECT c.id AS conversion_id, c.received_at, t.click_token FROM conversions c JOIN touches t ON t.conversion_id = c.id
        WHERE {session.In("c.id", "conversions")} AND t.click_token IS NOT NULL
        UNION SELECT c.id, c.received_at, r.click_token FROM conversions c JOIN credits r ON r.conversion_id = c.id
        WHERE {session.In("c.id", "conversions")} AND r.click_token IS NOT NULL
        """,
        new { conversions });

    private static ILookup<string, ClickRow> Known(Session session, string[] tokens) => session.Query<ClickRow>(
        $"SELECT conversion_id, click_token, day, visitor, referrer FROM conversion_clicks WHERE {session.In("click_token", "tokens")}",
        new { tokens }).ToLookup(row => row.ClickToken);

    private sealed class TokenRow
    {
        public long ConversionId { get; set; }

        public long ReceivedAt { get; set; }

        public string ClickToken { get; set; } = "";
    }
}
