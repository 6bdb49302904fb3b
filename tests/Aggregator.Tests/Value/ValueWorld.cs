using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Value;

/// <summary>Facts with their credits, put into a store as they are after they were derived. Days count from the start of 2026.</summary>
internal sealed class ValueWorld(Database database)
{
    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<object?[]> _customers = [];
    private readonly List<object?[]> _conversions = [];
    private readonly List<object?[]> _credits = [];
    private readonly List<object?[]> _cancellations = [];
    private long _id = 1_000;

    public long Customer(string name)
    {
        _customers.Add([++_id, name]);
        return _id;
    }

    /// <param name="subscription">Empty: all of them.</param>
    public void Cancel(long customer, double day, string subscription = "") => _cancellations.Add([customer, subscription, Ms(day)]);

    public long Lead(long customer, double day, int quantity, params Credit[] credits) => Add("lead", customer, day, null, null, credits, quantity: quantity);

    public long Sale(
        long customer, double day, long amount, string currency, Credit[] credits, string? rate = null, string? subscription = null, bool isTest = false,
        long? program = null, string? country = null, string kind = "sale", long? refunded = null) =>
        Add(kind, customer, day, amount, currency, credits, rate, subscription, isTest, program, country, refunded: refunded ?? credits.Sum(credit => credit.Refunded));

    /// <summary>Stores what was told since the last time.</summary>
    public void Save() => database.Write(session =>
    {
        session.ExecuteAll("INSERT INTO customers (id, external_id, created_at) VALUES (@id, @name, 0)", ["id", "name"], _customers);
        session.ExecuteAll(
            """
            INSERT INTO conversions (id, kind, business_key, customer_id, decision, event_name, occurred_at, amount, currency, quantity, rate, subscription_id, is_test,
                program_id, country, refunded, link_id, answer, request_hash, conflicts, enriched)
            VALUES (@id, @kind, @key, @customer, '{}', 'e', @at, @amount, @currency, @quantity, @rate, @subscription, @test, @program, @country, @refunded, @link, '', '', 0, 1)
            """,
            ["id", "kind", "key", "customer", "at", "amount", "currency", "quantity", "rate", "subscription", "test", "program", "country", "refunded", "link"],
            _conversions);
        session.ExecuteAll(
            """
            INSERT INTO credits (conversion_id, position, customer_id, link_id, partner_id, method, weight, amount, refunded)
            VALUES (@conversion, @position, @customer, @link, @partner, 'click', 1, @amount, @refunded)
            """,
            ["conversion", "position", "customer", "link", "partner", "amount", "refunded"],
            _credits);
        session.ExecuteAll(
            "INSERT INTO cancellations (customer_id, subscription_id, canceled_at, received_at) VALUES (@customer, @subscription, @at, 0)",
            ["customer", "subscription", "at"],
            _cancellations);
        _customers.Clear();
        _conversions.Clear();
        _credits.Clear();
        _cancellations.Clear();
        return 0;
    });

    public void Reward(long partner, double day, string unit, long earnings, string side = "referrer", bool isTest = false, long? program = null) => database.Write(session => session.Execute(
        """
        INSERT INTO commissions (id, program_id, rule_version, reward_id, side, type, unit, partner_id, order_key, basis, quantity, due, earnings, state, is_checked, is_test,
            occurred_at, available_at, version, created_at, updated_at)
        VALUES (@id, COALESCE(@program, (SELECT MIN(id) FROM programs)), 1, 'r', @side, 'sale', @unit, @partner, '', 0, 1, @earnings, @earnings, 'pending', 1, @test, @at, 0, 1, 0, 0)
        """,
        new { id = ++_id, program, side, unit, partner, earnings, test = isTest ? 1 : 0, at = Ms(day) }));

    public static long Ms(double day) => Start.AddDays(day).ToUnixTimeMilliseconds();

    private long Add(
        string kind, long customer, double day, long? amount, string? currency, Credit[] credits, string? rate = null, string? subscription = null, bool isTest = false,
        long? program = null, string? country = null, int quantity = 1, long refunded = 0)
    {
        var id = ++_id;
        _conversions.Add([id, kind, $"{kind}:{id}", customer, Ms(day), amount, currency, quantity, rate, subscription, isTest ? 1 : 0, program, country, refunded, credits.FirstOrDefault()?.Link]);
        _credits.AddRange(credits.Select((credit, i) => new object?[] { id, i, customer, credit.Link, credit.Partner, credit.Amount, credit.Refunded }));
        return id;
    }
}

/// <param name="Partner">Null: the link is no referrer's.</param>
internal sealed record Credit(long Link, long? Partner, long Amount = 0, long Refunded = 0);
