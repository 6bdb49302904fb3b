using System.Globalization;
using System.Text.RegularExpressions;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Conversions;

/// <summary>
/// What happened to a customer is told in every order there is, over 90 days, each piece twice, among all the others who are told of in
/// other orders: what is stored and what reports say is the same for all.
/// </summary>
public abstract partial class ArrivalOrderTests : EngineTests
{
    private const int Messages = 5;
    private static readonly TimeSpan Delay = TimeSpan.FromDays(90.0 / Messages);

    [EngineTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Every_order_of_arrival_comes_to_the_same(int dayOfLead)
    {
        await using var server = await StartAsync();
        Reward(server);
        var start = server.Clock.GetUtcNow().AddDays(-60);
        var orders = Permutations([.. Enumerable.Range(0, Messages)]).ToList();
        var stories = await Task.WhenAll(orders.Select((order, i) => Story.OfAsync(server, i, order, start, dayOfLead)));

        for (var step = 0; step < Messages; step++)
        {
            await Task.WhenAll(stories.Select(story => story.TellAsync(story.Order[step])));
            server.Clock.Ahead += Delay;
        }

        // Again, in the opposite order.
        await Task.WhenAll(stories.Select(async story =>
        {
            foreach (var message in story.Order.Reverse())
            {
                await story.TellAsync(message);
            }
        }));

        // What is due is released in the background, in whatever order it came.
        server.Clock.Ahead += TimeSpan.FromHours(1);
        await Eventually.HoldsAsync("everything that is due is released", Eventually.Limit, () => Task.FromResult(server.Database.Read(session => session.First<long>(
            "SELECT COUNT(*) FROM commissions WHERE outcome IS NULL AND (is_checked = 0 OR (state = 'pending' AND available_at <= @now))",
            new { now = server.Clock.GetUtcNow().ToUnixTimeMilliseconds() })) == 0));

        var seen = new List<string>();
        foreach (var story in stories)
        {
            seen.Add(await story.SeeAsync());
        }

        Assert.Contains("\"saleAmount\":2500", seen[0], StringComparison.Ordinal);
        Assert.Contains("|1000|400|", seen[0], StringComparison.Ordinal);
        Assert.Equal(120, seen.Count);
        Assert.Equal(seen[0], seen.Find(one => one != seen[0]) ?? seen[0]);
    }

    // A tenth of each sale, so that there is something owed which could come out otherwise.
    private static void Reward(AggregatorServer server) => server.Database.Write(session =>
    {
        var programs = server.App.Services.GetRequiredService<ProgramStore>();
        var rules = new ProgramRules { Rewards = [new RewardRule { Id = "sale", BasisPoints = 1_000 }, new RewardRule { Id = "lead", Event = "lead", Kind = "flat", Amount = 50 }] };
        programs.AddVersion(session, programs.Load(session).Default.Id, new ProgramVersion(2, 1, rules));
        return 0;
    });

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length == 1
        ? [items]
        : items.SelectMany(first => Permutations([.. items.Where(item => item != first)]).Select(rest => (int[])[first, .. rest]));

    private sealed partial record Story(AggregatorServer Server, int Number, int[] Order, string Phone, string Desk, string[] Links, (string Path, object Body)[] Told)
    {
        public static async Task<Story> OfAsync(AggregatorServer server, int number, int[] order, DateTimeOffset start, int dayOfLead)
        {
            var links = new string[2];
            for (var i = 0; i < links.Length; i++)
            {
                var partner = (await server.PostAsync("/partners", new { name = "p", email = $"p{number}-{i}@example.com" })).Ok().GetProperty("id").GetString();
                links[i] = await server.HasLinkAsync($"k{number}-{i}", new { partnerId = partner });
            }

            var (phone, desk) = (server.Click(links[0], start), server.Click(links[1], start.AddHours(20)));
            var (customer, invoice) = ($"c{number}", $"i{number}");
            string At(double day) => start.AddDays(day).ToString("O", CultureInfo.InvariantCulture);
            return new Story(server, number, order, phone, desk, links,
            [
                ("/track/lead", new { mode = "deferred", clickId = phone, eventName = "Opened", customerExternalId = customer, occurredAt = At(0.1) }),
                ("/track/lead", new { clickId = desk, eventName = "Sign up", customerExternalId = customer, customerEmail = "c@example.com", occurredAt = At(dayOfLead) }),
                ("/track/sale", new { customerExternalId = customer, amount = 1_000, invoiceId = invoice, tax = 100, subscriptionId = "s", occurredAt = At(2) }),
                ("/track/sale", new { customerExternalId = customer, amount = 1_500, invoiceId = invoice + "-2", subscriptionId = "s", occurredAt = At(32) }),
                ("/track/refund", new { invoiceId = invoice, refundId = "r" + invoice, amount = 400, occurredAt = At(40) }),
            ]);
        }

        public async Task TellAsync(int message) => (await Server.PostAsync(Told[message].Path, Told[message].Body)).Ok();

        /// <summary>Rows and reports, with the names that differ from story to story made equal.</summary>
        public async Task<string> SeeAsync()
        {
            var text = string.Join('\n', Rows());
            foreach (var link in Links)
            {
                text += "\n" + (await Server.GetAsync($"/analytics?event=composite&interval=all&linkId={link}")).Text;
                text += "\n" + (await Server.GetAsync($"/analytics?event=sales&groupBy=timeseries&interval=all&linkId={link}")).Text;
            }

            text += "\n" + (await Server.GetAsync($"/customers/ext_c{Number}?includeExpandedFields=true")).Text;
            foreach (var i in new[] { 0, 1 })
            {
                text += "\n" + (await Server.GetAsync($"/partners?email=p{Number}-{i}@example.com")).Text;
            }

            text = text.Replace(Phone, "PHONE", StringComparison.Ordinal).Replace(Desk, "DESK", StringComparison.Ordinal)
                .Replace(Links[0], "LINK0", StringComparison.Ordinal).Replace(Links[1], "LINK1", StringComparison.Ordinal);
            text = Regex.Replace(Ids().Replace(text, "ID"), $"(?<![A-Za-z0-9])(ri|[ckpi]){Number}(?![0-9])", "$1N");
            return CreatedAt().Replace(text, "CREATED");
        }

        // Everything but ids, and when it was received. Commissions that came to nothing again are the memory of the order.
        private List<string> Rows() => Server.Database.Read(session =>
        {
            var links = Links.Select((link, i) => (Id: EntityId.TryParse(EntityId.Link, link, out var id) ? id : 0, Name: $"L{i}")).ToDictionary(link => link.Id, link => link.Name);
            var customer = session.First<long>("SELECT id FROM customers WHERE external_id = @name", new { name = $"c{Number}" });
            string[] columns =
            [
                """
                SELECT kind || '|' || COALESCE(business_key, '') || '|' || occurred_at || '|' || COALESCE(click_token, '') || '|' || COALESCE(clicked_at, 0) || '|' || COALESCE(method, '')
                    || '|' || COALESCE(amount, 0) || '|' || refunded || '|' || COALESCE(converted, 0) || '|' || rule_version || '|' || is_test AS text, link_id AS link
                FROM conversions WHERE customer_id = @customer
                """,
                """
                SELECT v.business_key || '|' || c.position || '|' || c.method || '|' || c.weight || '|' || c.amount || '|' || c.refunded AS text, c.link_id AS link
                FROM credits c JOIN conversions v ON v.id = c.conversion_id WHERE c.customer_id = @customer
                """,
                """
                SELECT v.business_key || '|' || t.position || '|' || t.method || '|' || t.occurred_at || '|' || COALESCE(t.refusal, '') AS text, t.link_id AS link
                FROM touches t JOIN conversions v ON v.id = t.conversion_id WHERE t.customer_id = @customer
                """,
                """
                SELECT a.business_key || '|' || a.sale_key || '|' || a.kind || '|' || a.amount || '|' || a.applied || '|' || a.occurred_at || '|' || v.business_key AS text, NULL AS link
                FROM adjustments a JOIN conversions v ON v.id = a.conversion_id WHERE v.customer_id = @customer
                """,
                """
                SELECT reward_id || '|' || side || '|' || unit || '|' || basis || '|' || due || '|' || earnings || '|' || state || '|' || occurred_at || '|' || available_at AS text, link_id AS link
                FROM commissions WHERE customer_id = @customer AND due <> 0
                """,
                """
                SELECT 'owed|' || SUM(CASE WHEN credit = 'expense' THEN -p.amount ELSE p.amount END) AS text, NULL AS link
                FROM postings p JOIN commissions c ON c.id = p.commission_id WHERE c.customer_id = @customer
                """,
                "SELECT name || '' AS text, NULL AS link FROM customers WHERE id = @customer AND name IS NOT NULL",
                """
                SELECT email || '|' || click_token || '|' || clicked_at || '|' || is_pending || '|' || is_test AS text, link_id AS link FROM customers WHERE id = @customer
                """,
            ];
            return columns.SelectMany(sql => session.Query<Line>(sql, new { customer })
                .Select(line => line.Show(links)).Order(StringComparer.Ordinal)).ToList();
        });

        [GeneratedRegex("(cus|pn|link|ws|prog)_[0-9a-z]{13}")]
        private static partial Regex Ids();

        [GeneratedRegex("\"createdAt\":\"[^\"]*\"")]
        private static partial Regex CreatedAt();
    }

    private sealed class Line
    {
        public string? Text { get; set; }

        public long? Link { get; set; }

        public string Show(Dictionary<long, string> links) => $"{Text}|{(Link is { } link ? links[link] : "none")}";
    }
}

public sealed class ArrivalOrderTestsOnSqlite : ArrivalOrderTests;

[OnPostgres]
public sealed class ArrivalOrderTestsOnPostgres : ArrivalOrderTests;
