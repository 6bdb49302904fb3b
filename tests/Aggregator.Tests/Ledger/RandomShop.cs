using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Rewards;
using static LinkTracker.Aggregator.Tests.Rewards.RewardSample;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>Random rules and conversions. The same seed gives the same.</summary>
internal sealed class RandomShop(int seed)
{
    private static readonly string[] Periods = ["day", "week", "month", "quarter", "year", "all"];

    private readonly Random _random = new(seed);
    private long _id;

    public int Next(int below) => _random.Next(below);

    public IReadOnlyList<RewardRule> Rules() => [.. Enumerable.Range(0, 1 + Next(3)).Select(Rule)];

    /// <summary>Within some days, so that periods and milliseconds are shared.</summary>
    public CreditedConversion Conversion()
    {
        var id = ++_id;
        var at = Noon + (Next(12) * Day) + Next(3);
        if (Next(4) == 0)
        {
            return Lead(id, at, 1 + Next(3), Ana + Next(3));
        }

        var credits = Credits();
        var amount = 1 + Next(20_000);
        return Sale(id, amount, at, 0, credits) with { Tax = Next(amount), Shipping = Next(50), LineItems = Next(2) == 0 ? Lines(amount) : [] };
    }

    /// <summary>Some of it or all that is left went back, and every other refund says what that was, sometimes more than there is.</summary>
    public CreditedConversion Refunded(CreditedConversion sale)
    {
        var left = sale.Amount - sale.Refunded;
        var amount = Next(3) == 0 ? left : _random.NextInt64(left + 1);
        var parts = Next(2) == 0 ? null : new ReturnedParts(_random.NextInt64(amount + 1), Next(60), Next(2) == 0 ? null : Lines(amount));
        return sale with { Refunded = sale.Refunded + amount, Returns = [.. sale.Returns, new Return(amount, parts)] };
    }

    /// <summary>The same, credited to others or in the other program.</summary>
    public CreditedConversion Moved(CreditedConversion conversion)
    {
        var to = conversion.Kind == FactKind.Lead ? Lead(conversion.Id, conversion.OccurredAtMs, conversion.Quantity, Ana + Next(3)) : Sale(conversion.Id, conversion.Amount, conversion.OccurredAtMs, 0, Credits());
        return conversion with { Credits = to.Credits, ProgramId = Next(3) == 0 ? Other : Rewards.RewardSample.Program };
    }

    public T Pick<T>(IReadOnlyList<T> some) => some[Next(some.Count)];

    private IReadOnlyList<LineItem> Lines(long amount) =>
        [.. Enumerable.Range(0, 1 + Next(3)).Select(_ => new LineItem("p" + Next(4), null, 1, _random.NextInt64((amount / 3) + 1)))];

    private (long? Partner, long Weight)[] Credits() => [.. Enumerable.Range(0, 1 + Next(3)).Select(_ => (Next(6) == 0 ? (long?)null : Ana + Next(3), 1L + Next(5)))];

    private RewardRule Rule(int number)
    {
        var kind = Pick(["percentage", "percentage", "flat", "credit", "discount"]);
        var isLead = kind == "flat" && Next(3) == 0;
        return new RewardRule
        {
            Id = "rule" + number,
            Event = isLead ? "lead" : "sale",
            Side = Next(4) == 0 ? "friend" : "referrer",
            Kind = kind,
            BasisPoints = Next(3_000),
            Amount = Next(900),
            Basis = Pick(["net", "gross"]),
            Products = isLead || Next(4) > 0 ? null : ["p0", "p1"],
            MinimumAmount = isLead || Next(3) > 0 ? 0 : Next(5_000),
            MaxMonths = Next(4) == 0 ? Next(2) : null,
            EveryNth = Next(4) == 0 ? 1 + Next(3) : null,
            Tiers = kind is "percentage" or "flat" && Next(2) == 0 ? Tiers() : null,
            Caps = [.. Enumerable.Range(0, Next(3)).Select(_ => new RewardCap(Pick(["partner", "program"]), Pick(Periods), kind == "discount" ? Next(6) : Next(6_000)))],
        };
    }

    private RewardTiers Tiers()
    {
        var by = Pick(["count", "revenue"]);
        var from = Enumerable.Range(0, 1 + Next(3)).Select(_ => 1L + Next(by == "count" ? 6 : 40_000)).Distinct().Order();
        return new RewardTiers { By = by, Period = Pick(Periods), Mode = Pick(["marginal", "retroactive"]), Steps = [.. from.Select(one => new RewardTier(one, Next(4_000)))] };
    }
}
