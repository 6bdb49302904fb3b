using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Value;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Value;

/// <summary>What an engine says that it would read. A server reads a small table whole, so it is told not to, or has some rows to choose among.</summary>
public abstract class ReportPlansTests : EngineTests
{
    [EngineFact]
    public async Task Posted_sales_are_summed_from_an_index_alone()
    {
        await using var server = await StartAsync();
        Assert.Contains(Alone("conversions_by_time"), Plan(server, RevenueBooks.PostedSql), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Of_sales_that_are_nobodys_no_others_are_read()
    {
        await using var server = await StartAsync();
        if (IsOnPostgres)
        {
            Assert.True(EntityId.TryParse(EntityId.Link, await server.HasLinkAsync("ana"), out var link));
            Fill(server.Database, link);
        }

        // Both indexes have what is nobody's together; which of them is sought depends on how much else there is.
        Assert.Matches("conversions_by_link|conversions_uncredited", Plan(server, RevenueBooks.NobodysSql));
    }

    [EngineFact]
    public async Task Referred_customers_are_read_in_their_order_from_an_index_alone()
    {
        await using var server = await StartAsync();
        var page = Page.Of(1, 10, null, null, EntityId.Customer);
        var plan = server.Database.Read(session => Plan(session, ReferredReport.CustomersSql(page), new { partner = 1L, page.Limit, page.Offset }));
        Assert.Contains(Alone("credits_by_referred"), plan.Replace("Scan Backward", "Scan", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(IsOnPostgres ? "Sort" : "TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    private static void Fill(Database database, long link) => database.Write(session =>
    {
        session.Execute("INSERT INTO customers (id, external_id, created_at) VALUES (1, 'c', 0)");
        session.Execute(
            """
            WITH RECURSIVE numbers (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM numbers WHERE id < 3000)
            INSERT INTO conversions (id, kind, customer_id, link_id, decision, event_name, occurred_at, amount, currency, quantity, answer, request_hash, conflicts, enriched)
            SELECT id, 'sale', 1, CAST(@link AS BIGINT), '{}', 'Purchase', id, 1, 'usd', 1, '{}', '', 0, 1 FROM numbers
            """,
            new { link });
        session.Execute("ANALYZE conversions");
        return 0;
    });

    private string Alone(string index) => IsOnPostgres ? $"Index Only Scan using {index} " : $"COVERING INDEX {index} ";

    private string Plan(AggregatorServer server, Func<ValueScope, string> sqlOf) => server.Database.Read(session =>
    {
        var programs = server.App.Services.GetRequiredService<ProgramStore>();
        var scope = new ValueScope(new ValueRequest(), programs.Load(session), "usd", server.Clock.GetUtcNow());
        return Plan(session, sqlOf(scope), scope.Arguments());
    });

    private string Plan(Session session, string sql, object arguments)
    {
        if (!IsOnPostgres)
        {
            return string.Join('\n', session.Query<Step>("EXPLAIN QUERY PLAN " + sql, arguments).Select(step => step.Detail));
        }

        session.Execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_hashagg = off");
        return string.Join('\n', session.Query<string>("EXPLAIN (COSTS OFF) " + sql, arguments));
    }

    private sealed class Step
    {
        public string Detail { get; set; } = "";
    }
}

public sealed class ReportPlansTestsOnSqlite : ReportPlansTests;

[OnPostgres]
public sealed class ReportPlansTestsOnPostgres : ReportPlansTests;
