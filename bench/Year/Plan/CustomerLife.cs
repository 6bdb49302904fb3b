using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Year.Plan;

/// <summary>What becomes of one customer: how it came, what it bought each month, what went back, and when it left.</summary>
/// <param name="referrers">Of each program, the most popular first.</param>
/// <param name="burst">The link and time at which many came at once; null: it came by itself.</param>
internal sealed class CustomerLife(Dice dice, IReadOnlyList<IReadOnlyList<Referrer>> referrers, int customer, (SharedLink Link, long AtMs)? burst)
{
    private const double MonthDays = 30.4;

    // Most are of the first program.
    private static readonly int[] ProgramOf = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3];

    private readonly List<Told> _told = [];
    private readonly HashSet<long> _clickTimes = [];
    private readonly int _program = burst?.Link.Program.Index ?? dice.Of(ProgramOf);
    private readonly string _currency = dice.Of(["eur", "eur", "eur", "usd", "gbp", "jpy", "kwd"]);
    private int _invoices;
    private long _plan = dice.Between(799, 8_999);

    /// <returns>What the shop tells of it, in no order.</returns>
    public List<Told> Live()
    {
        if (Start() is { } start && Come(start) is { } since && dice.Happens(0.9))
        {
            Subscribe(since);
        }

        return _told;
    }

    private long? Start() => burst is { } one
        ? dice.Time(one.AtMs, 0, 0.02)
        : dice.Time(dice.FromMs, 0, (double)(dice.UntilMs - dice.FromMs) / Dice.DayMs);

    // When it buys for the first time after that; null: never.
    private long? Come(long start) => dice.Random.Next(100) switch
    {
        < 50 => Lead(start, Evidence.Clicks),
        < 65 => Lead(start, Evidence.Code),
        < 70 => Lead(start, Evidence.CodeAndClick),
        < 74 => Lead(start, Evidence.StaleClick),
        < 78 => Lead(start, Evidence.Nonsense),
        < 84 => start,
        < 89 => LeadThatComesLater(start),
        < 94 => Bought(start, Evidence.Clicks),
        < 97 => Bought(start, Evidence.Code),
        _ => LeadOfItself(start),
    };

    private long? Lead(long at, Evidence evidence)
    {
        Tell(With(new Told(ToldKind.Lead, customer, at) { Key = "Sign up" }, evidence, PickLink()));
        return dice.Time(at, 0, 10);
    }

    // Who never clicked cannot be told from who did on another device, until the lead says so.
    private long? LeadThatComesLater(long at)
    {
        Sell(at, isFirst: true);
        return dice.Time(at, 1, 60) is { } later ? Lead(later, Evidence.Clicks) : null;
    }

    private long? Bought(long at, Evidence evidence)
    {
        Sell(at, isFirst: true, evidence);
        return dice.Time(at, 20, 40);
    }

    // A referrer who refers itself: no more than a sign to fraud rules.
    private long? LeadOfItself(long at)
    {
        var link = PickLink();
        Tell(With(new Told(ToldKind.Lead, customer, at) { Key = "Sign up", Email = link.Referrer.Email }, Evidence.Clicks, link));
        return dice.Time(at, 0, 1);
    }

    private void Subscribe(long since)
    {
        for (var at = (long?)since; at is { } now; at = dice.Time(now, MonthDays - 1, MonthDays + 1))
        {
            var evidence = Evidence.None;
            if (_invoices > 0 && dice.Happens(0.04))
            {
                _plan += dice.Between(100, 3_000);
                evidence = dice.Random.Next(4) switch { 0 => Evidence.Clicks, 1 => Evidence.Code, _ => Evidence.None };
            }

            Sell(now, _invoices == 0, evidence);
            if (dice.Happens(0.06))
            {
                if (dice.Time(now, 1, 25) is { } left)
                {
                    Tell(new Told(ToldKind.Cancellation, customer, left) { Subscription = Subscription });
                }

                return;
            }
        }
    }

    private void Sell(long at, bool isFirst, Evidence evidence = Evidence.None)
    {
        var device = isFirst && dice.Happens(0.4) ? dice.Between(9_900, 89_900) : 0;
        var discount = dice.Happens(0.15) ? dice.Between(1, _plan / 2) : 0;
        var amount = Rates.Price(_plan + device - discount, _currency);
        var sale = new Told(ToldKind.Sale, customer, at)
        {
            Key = $"inv-{customer}-{_invoices++}",
            Amount = amount,
            Tax = amount * 19 / 119,
            Shipping = device > 0 ? Math.Min(Rates.Price(499, _currency), amount / 10) : 0,
            Discount = Rates.Price(discount, _currency),
            Currency = _currency,
            Subscription = Subscription,
        };
        Tell(With(sale, evidence, PickLink()));
        GiveBack(sale);
    }

    private void GiveBack(Told sale)
    {
        var (kind, parts) = dice.Random.Next(200) switch
        {
            < 6 => (ToldKind.Refund, new long?[] { null }),
            < 12 => (ToldKind.Refund, [dice.Between(1, sale.Amount!.Value)]),
            < 14 => (ToldKind.Refund, [dice.Between(1, sale.Amount!.Value), dice.Between(1, sale.Amount!.Value)]),
            < 17 => (ToldKind.Chargeback, new long?[] { null }),
            _ => (ToldKind.Refund, []),
        };
        var at = sale.AtMs;
        foreach (var (amount, number) in parts.Select((amount, number) => (amount, number)))
        {
            if (dice.Time(at, 0, 60) is not { } when)
            {
                return;
            }

            at = when;
            Tell(new Told(kind, customer, at) { Key = $"back-{sale.Key}-{number}", Invoice = sale.Key, Amount = amount, Currency = sale.Currency });
        }
    }

    private Told With(Told told, Evidence evidence, SharedLink link) => evidence switch
    {
        Evidence.None => told,
        Evidence.Code => told with { Code = link },

        // Tokens know no time before theirs began.
        _ when told.AtMs - OldestMs < ClickIdentity.EpochMs => told with { Code = link },
        Evidence.CodeAndClick => told with { Code = link, Clicks = Clicks(told.AtMs, PickLink()) },
        Evidence.StaleClick => told with { Clicks = [Clicked(link, told.AtMs - WindowMs)] },
        Evidence.Nonsense => told with { TypedNonsense = true, Clicks = Clicks(told.AtMs, link) },
        _ => told with { Clicks = Clicks(told.AtMs, link) },
    };

    // The newest is of the link itself; those before are of any, and some too old to count.
    private List<Click> Clicks(long at, SharedLink newest)
    {
        var clicks = new List<Click>();
        for (var more = dice.Random.Next(4); more > 0; more--)
        {
            clicks.Add(Clicked(PickLink(), at - dice.Between(2 * Dice.DayMs, OldestMs)));
        }

        clicks.Sort((one, other) => one.AtMs.CompareTo(other.AtMs));
        return [.. clicks, Clicked(newest, at - dice.Between(1_000, Dice.DayMs))];
    }

    private Click Clicked(SharedLink link, long at)
    {
        while (!_clickTimes.Add(at))
        {
            at--;
        }

        return new Click(link, at, (ushort)dice.Random.Next(ushort.MaxValue));
    }

    private long WindowMs => referrers[_program][0].Program.ClickDays * Dice.DayMs;

    private long OldestMs => WindowMs + (10 * Dice.DayMs);

    private SharedLink PickLink() => burst?.Link ?? dice.Of(dice.Popular(referrers[_program]).Links);

    private string Subscription => $"sub-{customer}";

    private void Tell(Told told) => _told.Add(told);

    private enum Evidence
    {
        None,
        Clicks,
        Code,
        CodeAndClick,
        StaleClick,
        Nonsense,
    }
}
