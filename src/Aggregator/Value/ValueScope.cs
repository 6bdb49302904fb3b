using Dapper;
using LinkTracker.Aggregator.Analytics;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>What a report is about, as conditions on <c>conversions c</c>. Test data is only in the report of a test program.</summary>
internal sealed class ValueScope
{
    /// <summary>
    /// Credits with their conversions, to begin a WHERE with. Both engines read a cross join with this condition as an inner join; SQLite also
    /// takes its order from it, and begins with the credits of the referrers asked for instead of all sales.
    /// </summary>
    public const string CreditsFirst = "credits cr CROSS JOIN conversions c";

    /// <inheritdoc cref="CreditsFirst"/>
    public const string Joined = "c.id = cr.conversion_id";

    private const string Group =
        " AND COALESCE((SELECT m.group_name FROM memberships m WHERE m.program_id = @groupProgram AND m.partner_id = p.id AND m.valid_from < @to"
        + " ORDER BY m.valid_from DESC LIMIT 1), '" + Memberships.DefaultGroup + "') = @group";

    private readonly ReferralProgram? _program;
    private readonly long _defaultProgram;
    private readonly long? _partner;

    /// <exception cref="ApiError">422 that names the parameter; 404 when there is no such program.</exception>
    public ValueScope(ValueRequest request, ProgramSet programs, string reporting, DateTimeOffset now)
    {
        Request = request;
        NowMs = now.ToUnixTimeMilliseconds();
        Period = Period.Of(new ReportRequest { Interval = Fields.Given(request.Interval) ?? "all", Start = request.Start, End = request.End, Timezone = request.Timezone }, now);
        Currency = Fields.Given(request.Currency) is { } currency ? Currencies.Check(currency) : null;
        Country = Fields.Text(request.Country, "country", 2)?.ToUpperInvariant();
        GroupName = Fields.Text(request.GroupId, "groupId", 50);
        Measure = new Measure(Currency ?? reporting, Currency is null || Currency == reporting);
        _defaultProgram = programs.Default.Id;
        _partner = IdOf(EntityId.Partner, request.PartnerId, "partnerId");
        _program = IdOf(EntityId.Program, request.ProgramId, "programId") is not { } id ? null
            : programs.ById.GetValueOrDefault(id) ?? throw ApiError.NotFound($"There is no program {request.ProgramId}.");
    }

    public ValueRequest Request { get; }

    public long NowMs { get; }

    public Period Period { get; }

    public string? Currency { get; }

    public string? Country { get; }

    public string? GroupName { get; }

    public Measure Measure { get; }

    public bool IsTest => _program?.IsTest == true;

    public long FromMs => (Period.FromHour ?? 0) * UtcBuckets.HourMs;

    public long ToMs => Period.ToHour * UtcBuckets.HourMs;

    /// <summary>Sales of any time.</summary>
    public string Sales => "c.kind = 'sale'" + OfProgram + (Currency is null ? "" : " AND c.currency = @currency");

    public string Leads => "c.kind = 'lead'" + OfProgram;

    /// <summary>A condition to add: in the time asked for.</summary>
    public static string InPeriod => " AND c.occurred_at >= @from AND c.occurred_at < @to";

    /// <summary>A condition to add on <c>links l</c>.</summary>
    public string OnLinks => _program is null ? "" : " AND COALESCE(l.program_id, @defaultProgram) = @program";

    /// <summary>The condition on <c>commissions c</c> of referrers, in the time asked for; with their conversions as <c>v</c>.</summary>
    public string OnRewards =>
        "c.side = 'referrer' AND c.is_test = @isTest AND c.occurred_at >= @from AND c.occurred_at < @to"
        + (_program is null ? " AND c.program_id IN (SELECT id FROM programs)" : " AND c.program_id = @program")
        + (Currency is null ? "" : " AND v.currency = @currency")
        + (Country is null ? "" : " AND v.country = @country");

    // What was credited to nobody belongs to the program that it named.
    private string OfProgram =>
        " AND c.is_test = @isTest"
        + (_program is null ? "" : " AND COALESCE(c.program_id, c.named_program_id, @defaultProgram) = @program")
        + (Country is null ? "" : " AND c.country = @country");

    /// <summary>
    /// Referrers with their customers and when each bought first (<c>partner_id</c>, <c>customer_id</c>, <c>began_at</c>, and whether a sale
    /// is converted: <c>is_priced</c>); only those who did in the time asked for.
    /// </summary>
    /// <param name="partners">A condition on <c>cr.partner_id</c>.</param>
    public string Began(string partners) =>
        $"""
        SELECT cr.partner_id, cr.customer_id, MIN(c.occurred_at) AS began_at,
               MAX(CASE WHEN c.currency = @measure OR c.rate IS NOT NULL THEN 1 ELSE 0 END) AS is_priced
        FROM {CreditsFirst} WHERE {Joined} AND {Sales} AND {partners}
        GROUP BY cr.partner_id, cr.customer_id
        HAVING MIN(c.occurred_at) >= @from AND MIN(c.occurred_at) < @to
        """;

    /// <summary>The referrers asked for, the oldest first, with or without anything to show.</summary>
    public IReadOnlyList<long> Partners(Session session) => session.Query<long>(
        $"SELECT p.id FROM partners p WHERE 1 = 1{(_partner is null ? "" : " AND p.id = @partner")}{(GroupName is null ? "" : Group)} ORDER BY p.id", Arguments());

    /// <param name="partners">For a condition on some of them; null when there is none.</param>
    public DynamicParameters Arguments(IEnumerable<long>? partners = null)
    {
        var arguments = new DynamicParameters(new
        {
            isTest = IsTest ? 1 : 0,
            from = FromMs,
            to = ToMs,
            now = NowMs,
            defaultProgram = _defaultProgram,
            program = _program?.Id,
            groupProgram = _program?.Id ?? _defaultProgram,
            partner = _partner,
            currency = Currency,
            measure = Measure.Currency,
            country = Country,
            group = GroupName,
        });
        if (partners is not null)
        {
            arguments.Add("partners", partners.ToArray());
        }

        return arguments;
    }

    private static long? IdOf(string prefix, string? text, string field) => string.IsNullOrEmpty(text) ? null
        : EntityId.TryParse(prefix, text, out var id) ? id
        : throw ApiError.Unprocessable($"{field}: must be an id such as {EntityId.Format(prefix, 1)}.");
}
