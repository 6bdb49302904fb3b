using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Fraud.Cases;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Aggregator.Tests.Storage;
using LinkTracker.Aggregator.Webhooks;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Fraud;

/// <summary>The fraud check over a store, without anything that runs by itself: conversions are written and settled, and checked when a test says so.</summary>
internal sealed class FraudRig : IDisposable
{
    public const long Flat = 1_000;

    private static readonly InstallationKeys Keys = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private readonly TestDatabase _store;
    private readonly ServiceProvider _services;
    private readonly Dictionary<long, List<CreditedConversion>> _conversions = [];
    private readonly Dictionary<string, long> _customers = [];
    private readonly Dictionary<long, long> _links = [];
    private ushort _sequence;

    public FraudRig(TestDatabase store, Settings? settings = null)
    {
        _store = store;
        var services = new ServiceCollection().AddLogging().AddMetrics();
        services.AddSingleton(settings ?? new Settings());
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton(store.Database);
        services.AddSingleton<EntityId>();
        services.AddSingleton(provider => Installation.Open(store.Database, provider.GetRequiredService<EntityId>()));
        services.AddSingleton(Keys);
        services.AddSingleton<IClickCounts>(Clicks);
        services.AddPrograms();
        services.AddMoney();
        services.AddWebhooks();
        services.AddLedger();
        services.AddFraud();
        _services = services.BuildServiceProvider();

        // Outside any transaction: they begin with one of their own.
        Get<ProgramStore>();
        Get<EntityId>();
        Rules([]);
    }

    /// <summary>Of a day in the past, so that hours before and behind it are times that were.</summary>
    public static DateTimeOffset Noon { get; } = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public RigClock Clock { get; } = new() { Now = Noon.AddHours(2) };

    public KnownClicks Clicks { get; } = new();

    public Database Database => _store.Database;

    public FraudCheck Check => Get<FraudCheck>();

    public ReferralProgram Program => Database.Read(Get<ProgramStore>().Load).Default;

    private long ProgramId => EntityId.TryParse(EntityId.Program, Get<Installation>().ProgramId, out var id) ? id : throw new InvalidOperationException();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A new version of the program's rules: a flat reward for each lead and sale, held for 30 days.</summary>
    public void Rules(Dictionary<string, FraudRule> fraud, DateTimeOffset? validFrom = null) => Database.Write(session =>
    {
        var programs = Get<ProgramStore>();
        var program = programs.Load(session).Default;
        programs.AddVersion(session, program.Id, new ProgramVersion(program.Versions[^1].Number + 1, validFrom?.ToUnixTimeMilliseconds() ?? program.Versions.Count, new ProgramRules
        {
            Rewards = [new RewardRule { Id = "lead", Event = "lead", Kind = "flat", Amount = Flat }, new RewardRule { Id = "sale", Event = "sale", Kind = "flat", Amount = Flat }],
            Fraud = fraud,
        }));
        return 0;
    });

    public long Partner(string name, string? email = null, string? tenant = null) => Database.Write(session =>
    {
        var (id, link, now) = (Next(), Next(), Clock.Ms);
        session.Execute(
            "INSERT INTO partners (id, name, email, email_folded, tenant_id, created_at) VALUES (@id, @name, @email, @email, @tenant, @now)",
            new { id, name, email = email ?? name + "@partners.example", tenant, now });
        session.Execute(
            """
            INSERT INTO links (id, domain, key, key_folded, url, url_hash, track_conversion, redirect_status, query_policy, archived, partner_id, do_index, public_stats, created_at, updated_at)
            VALUES (@link, 'go', @name, @name, 'https://shop.example', 0, 1, 302, 'keep', 0, @id, 0, 0, @now, @now)
            """,
            new { link, name, id, now });
        _links.Add(id, link);
        return id;
    });

    /// <param name="email">Names the customer, too.</param>
    /// <param name="at">When the lead happened.</param>
    /// <param name="visitor">Who clicked; null: a code was typed.</param>
    /// <param name="delay">From the click to the lead.</param>
    public long Lead(long partner, string email, DateTimeOffset at, ulong? visitor = null, TimeSpan? delay = null, string referrer = "", bool counted = true, string? externalId = null)
    {
        var token = visitor is { } who ? Click(partner, at - (delay ?? TimeSpan.FromMinutes(5)), who, referrer, counted) : null;
        return Convert(partner, email, at, FactKind.Lead, token is null ? Method.Code : Method.Click, token, 0, 0, externalId);
    }

    public long Sale(long partner, string email, DateTimeOffset at, long amount = 5_000, long refunded = 0) =>
        Convert(partner, email, at, FactKind.Sale, Method.Lead, null, amount, refunded, null);

    /// <summary>The token of a click, which is counted or not yet.</summary>
    public string Click(long partner, DateTimeOffset at, ulong visitor, string referrer, bool counted = true)
    {
        var token = Keys.Mint(_links[partner], new ClickIdentity(at.ToUnixTimeMilliseconds(), 1, 1, _sequence++));
        var click = new TestClick { Link = _links[partner], Visitor = visitor, At = at, Referrer = referrer };
        if (counted)
        {
            Clicks.Count(click, token);
        }
        else
        {
            Later.Add(() => Clicks.Count(click, token));
        }

        return token.ToString();
    }

    /// <summary>Counts the clicks that were not counted when they were made.</summary>
    public List<Action> Later { get; } = [];

    public void MoreClicks(long partner, long count) => Clicks.More[_links[partner]] = count;

    /// <summary>Checks all that can be checked.</summary>
    public async Task CheckAsync()
    {
        while (await Check.CheckAsync(CancellationToken.None))
        {
        }
    }

    public IReadOnlyList<Item> Items(string? rule = null) => Database.Read(session => session.Query<Item>(
        "SELECT conversion_id, partner_id, rule, mode, evidence, case_id FROM fraud_items WHERE @rule IS NULL OR rule = @rule ORDER BY conversion_id, rule", new { rule }));

    public IReadOnlyList<CaseRow> Cases() => Database.Read(session => session.Query<CaseRow>("SELECT * FROM fraud_cases ORDER BY id"));

    public IReadOnlyList<CommissionRow> Commissions(params long[] conversions) => Database.Read(session => session.Query<CommissionRow>(
        $"SELECT * FROM commissions WHERE {session.In("conversion_id", "conversions")} ORDER BY conversion_id", new { conversions }));

    /// <summary>What the commission of a conversion stands on: its account, and behind it the outcome.</summary>
    public string StateOf(long conversion) => Commissions(conversion) is [var row] ? row.Outcome is null ? row.State : $"{row.State} {row.Outcome}" : "none";

    /// <summary>Every row of the ledger, to compare.</summary>
    public string Ledger() => Database.Read(session => string.Join('\n', session.Query<string>(
        "SELECT position || kind || amount || debit || credit FROM postings UNION ALL SELECT owner_id || account || amount FROM balances UNION ALL SELECT id || state || earnings FROM commissions ORDER BY 1")));

    public void Resolve(long caseId, string decision) => Database.Write(session =>
    {
        Get<CaseDecision>().Resolve(session, EntityId.Format(EntityId.FraudCase, caseId), new ResolveRequest { Decision = decision, Note = "looked into it" });
        return 0;
    });

    public void Dispose()
    {
        _services.Dispose();
        _store.Dispose();
    }

    private long Next() => Get<EntityId>().Next();

    private long Convert(long partner, string email, DateTimeOffset at, FactKind kind, Method method, string? token, long amount, long refunded, string? externalId) => Database.Write(session =>
    {
        var (id, customer, ms, link) = (Next(), Customer(session, email, externalId), at.ToUnixTimeMilliseconds(), _links[partner]);
        session.Execute(
            """
            INSERT INTO conversions (id, kind, business_key, customer_id, link_id, partner_id, click_token, method, decision, event_name, occurred_at, received_at, amount, currency,
                quantity, answer, request_hash, conflicts, enriched, program_id, rule_version, refunded)
            VALUES (@id, @kind, @key, @customer, @link, @partner, @token, @method, '', 'x', @ms, @now, @amount, 'usd', 1, '', '', 0, 1, @program, 1, @refunded)
            """,
            new
            {
                id,
                kind = kind.ToString().ToLowerInvariant(),
                key = "k" + id,
                customer,
                link,
                partner,
                token,
                method = method.ToString().ToLowerInvariant(),
                ms,
                now = Clock.Ms,
                amount,
                program = ProgramId,
                refunded,
            });
        session.Execute(
            """
            INSERT INTO credits (conversion_id, position, customer_id, link_id, partner_id, method, click_token, weight, amount, refunded)
            VALUES (@id, 0, @customer, @link, @partner, @method, @token, 1, @amount, @refunded)
            """,
            new { id, customer, link, partner, method = method.ToString().ToLowerInvariant(), token, amount, refunded });
        Settle(session, customer, new CreditedConversion
        {
            Id = id,
            Kind = kind,
            Key = "k" + id,
            OccurredAtMs = ms,
            Amount = amount,
            Refunded = refunded,
            Currency = "usd",
            ProgramId = ProgramId,
            Credits = [new CreditPart(link, partner, method, token, 1, amount, refunded)],
        });
        return id;
    });

    private long Customer(Session session, string email, string? externalId)
    {
        if (!_customers.TryGetValue(email, out var id))
        {
            id = Next();
            _customers.Add(email, id);
            session.Execute(
                "INSERT INTO customers (id, external_id, email, created_at) VALUES (@id, @externalId, @email, @now)", new { id, externalId = externalId ?? "shop-" + id, email, now = Clock.Ms });
        }

        return id;
    }

    private void Settle(Session session, long customer, CreditedConversion conversion)
    {
        _conversions.TryAdd(customer, []);
        _conversions[customer].Add(conversion);
        var books = Get<LedgerBooks>().Open(session);
        books.Settle(new CustomerAccount(customer, false, _conversions[customer]), Clock.Ms);
        books.Save();
    }

    internal sealed class RigClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public long Ms => Now.ToUnixTimeMilliseconds();

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.UtcTicks;
    }

    internal sealed class Item
    {
        public long ConversionId { get; set; }

        public long PartnerId { get; set; }

        public string Rule { get; set; } = "";

        public string Mode { get; set; } = "";

        public string Evidence { get; set; } = "";

        public long CaseId { get; set; }
    }
}
