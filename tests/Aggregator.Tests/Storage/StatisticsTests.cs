using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Storage;

/// <summary>What SQLite reads of large tables for what is asked all the time: by the statistics that come with them, from the first row on.</summary>
public sealed class StatisticsTests : IDisposable
{
    private const string Some = "IN (SELECT value FROM json_each('[1]'))";
    private const string List = "IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)";

    private readonly TestDatabase _file = new(null);

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(Some)]
    [InlineData(List)]
    public void The_newest_of_some_partners_is_sought_among_theirs(string some) => Reads(
        "commissions_by_partner (program_id=? AND partner_id=? AND reward_id=? AND occurred_at>?)",
        $"""
        SELECT program_id, reward_id, is_test, partner_id, MAX(occurred_at) FROM commissions
        WHERE program_id {some} AND reward_id {some} AND occurred_at >= 1 AND partner_id {some} GROUP BY program_id, reward_id, is_test, partner_id
        """);

    [Theory]
    [InlineData(Some)]
    [InlineData(List)]
    public void The_newest_of_all_partners_is_sought_among_the_new(string some) => Reads(
        "COVERING INDEX commissions_by_reward (program_id=? AND reward_id=? AND occurred_at>?)",
        $"""
        SELECT program_id, reward_id, is_test, MAX(occurred_at) FROM commissions
        WHERE program_id {some} AND reward_id {some} AND occurred_at >= 1 GROUP BY program_id, reward_id, is_test
        """);

    [Fact]
    public void The_month_of_a_partner_is_read_without_that_of_others() => Reads(
        "commissions_by_partner (program_id=? AND partner_id=? AND reward_id=? AND occurred_at>? AND occurred_at<?)",
        "SELECT * FROM commissions WHERE program_id = 1 AND reward_id = 'a' AND is_test = 0 AND occurred_at >= 1 AND occurred_at < 2 AND partner_id = 3");

    [Theory]
    [InlineData(Some)]
    [InlineData(List)]
    public void Leads_of_some_customers_are_read_without_those_of_others(string some) => Reads(
        "conversions_by_customer (customer_id=? AND kind=?)",
        $"""
        SELECT r.conversion_id FROM conversions c JOIN credits r ON r.conversion_id = c.id
        WHERE c.customer_id {some} AND c.kind = 'lead' AND r.partner_id IS NOT NULL AND c.is_test = 0 ORDER BY c.occurred_at, c.business_key, r.position
        """);

    [Theory]
    [InlineData(Some)]
    [InlineData(List)]
    public void Balances_of_some_owners_are_sought_by_their_key(string some) => Reads(
        "balances_1 (program_id=? AND owner_kind=? AND owner_id=?",
        $"SELECT amount FROM balances WHERE program_id {some} AND owner_kind IN ('partner', 'customer') AND owner_id {some} AND account = 'payable'");

    [Fact]
    public void Statistics_are_of_indexes_that_there_are() => Assert.Empty(_file.Database.Read(session => session.Query<string>(
        "SELECT idx FROM sqlite_stat1 WHERE idx NOT IN (SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = tbl)")));

    private void Reads(string expected, string sql) => Assert.Contains(
        expected, string.Join('\n', _file.Database.Read(session => session.Query<Step>("EXPLAIN QUERY PLAN " + sql)).Select(step => step.Detail)), StringComparison.Ordinal);

    private sealed class Step
    {
        public string Detail { get; set; } = "";
    }
}
