using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using static LinkTracker.Aggregator.Tests.Attribution.TestPrograms;

namespace LinkTracker.Aggregator.Tests.Attribution;

/// <summary>Histories of customers under rules of any kind, the same for the same seed. Times are coarse, so that there are ties and edges.</summary>
internal sealed class RandomHistory
{
    private const long Step = Day / 4;

    private readonly Random _random;
    private readonly List<Touch> _clicks;

    public RandomHistory(int seed)
    {
        _random = new Random(seed);
        Programs = Of([.. Enumerable.Range(0, 3).Select(_ => Versions())]);
        _clicks = [.. Enumerable.Range(1, 6).Select(i => Click(i % 5, Time(), Program()) with { ClickToken = "t" + i, Refusal = Is(8) ? "link_not_live" : null })];
        History = new CustomerHistory(Is(5) ? Time() : null, [.. Enumerable.Range(0, _random.Next(1, 7)).Select(Fact)], [.. Enumerable.Range(0, _random.Next(3)).Select(i => Contact(i + 1, Time(), Program()))]);
    }

    public ProgramSet Programs { get; }

    public CustomerHistory History { get; }

    /// <summary>The facts in another order, some of them twice.</summary>
    public CustomerHistory Shuffled()
    {
        var facts = History.Facts.Concat(History.Facts.Where(_ => Is(3))).ToArray();
        var contacts = History.Contacts.ToArray();
        _random.Shuffle(facts);
        _random.Shuffle(contacts);
        return History with { Facts = facts, Contacts = contacts };
    }

    private Fact Fact(int number)
    {
        var at = Time();
        return new Fact
        {
            Id = number,
            Kind = Pick(FactKind.Lead, FactKind.Lead, FactKind.Deferred, FactKind.Sale, FactKind.Sale, FactKind.Sale, FactKind.Event),
            Key = "key" + ((number * 5) % 7),
            OccurredAtMs = at,
            EventName = Pick("sign up", "trial"),
            LeadEventName = Is(6) ? Pick("sign up", "trial") : null,
            ProgramId = Is(5) ? _random.Next(1, 4) : null,
            CheckoutStartedAtMs = Is(4) ? at - (_random.Next(4) * Step) : null,
            Evidence = [.. Codes(at).Concat(_clicks.Where(_ => Is(5)))],
        };
    }

    private IEnumerable<Touch> Codes(long at) => Is(4)
        ? [Is(4) ? new Touch(Method.Code, null, null, null, at, "unknown_code") : Code(_random.Next(1, 5), at, Program())]
        : [];

    private (long, AttributionRules)[] Versions() => [.. Enumerable.Range(0, _random.Next(1, 3)).Select(i => (i == 0 ? 0 : Time(), Rules()))];

    private AttributionRules Rules()
    {
        var first = _random.Next(0, 5) * 25;
        var kinds = new[] { "code", "click", "lead", "contact" };
        if (Is(3))
        {
            _random.Shuffle(kinds);
        }

        return new AttributionRules
        {
            Model = Pick(CreditModel.Last, CreditModel.First, CreditModel.Linear, CreditModel.Position, CreditModel.TimeDecay),
            FirstPercent = first,
            LastPercent = _random.Next(0, 101 - first),
            HalfLifeDays = Pick(1, 2, 7),
            Precedence = Is(4) ? kinds[.._random.Next(1, 4)] : kinds,
            ClickDays = Is(2) ? _random.Next(1, 5) : 3,
            LeadDays = Is(3) ? _random.Next(1, 5) : null,
            ContactDays = _random.Next(1, 5),
            ExistingCustomers = !Is(4),
            NewCustomersOnly = Is(4),
            PendingDays = Pick(0, 1, 3, 90),
            MaxTouches = Pick(1, 2, 3, 50),
        };
    }

    private long? Program() => Pick<long?>(null, null, 1, 2, 3);

    private long Time() => Now + (_random.Next(20) * Step);

    private bool Is(int oneOf) => _random.Next(oneOf) == 0;

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];
}
