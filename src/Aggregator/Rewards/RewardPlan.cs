using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>The group of a program that a partner was in at a time; null while it was stopped and got no rewards.</summary>
internal delegate string? GroupOf(long program, long partner, long atMs);

/// <summary>An amount in another currency's minor units by the rate of that day; null when no rate is known.</summary>
internal delegate long? Exchange(long amount, string from, string to, long atMs);

/// <summary>
/// Which rewards the conversions of one customer give, by the rules that were valid when each occurred. A pure function of all of them:
/// nothing depends on the order in which they came to be known.
/// </summary>
internal sealed class RewardPlan(ProgramSet programs, GroupOf groups, Exchange exchange)
{
    public IReadOnlyList<Due> Of(CustomerAccount account)
    {
        var dues = new List<Due>();
        foreach (var (program, conversion, place) in Placed(account))
        {
            dues.AddRange(OfConversion(account, program, conversion, place));
        }

        return dues;
    }

    /// <summary>Of the conversions that the partner has a part of, those that no rule gives it money for, by their ids: why not.</summary>
    public IReadOnlyDictionary<long, Missed> MissedBy(CustomerAccount account, long partner)
    {
        var missed = new Dictionary<long, Missed>();
        foreach (var (program, conversion, place) in Placed(account).Where(one => one.Conversion.Credits.Any(credit => credit.PartnerId == partner)))
        {
            if (WhyNone(program, conversion, place, partner) is { } why)
            {
                missed.Add(conversion.Id, why);
            }
        }

        return missed;
    }

    // Each where it stands among those before it: to be looked at one by one.
    private IEnumerable<(ReferralProgram Program, CreditedConversion Conversion, CustomerPlace Place)> Placed(CustomerAccount account)
    {
        foreach (var conversions in InOrder(account).GroupBy(one => one.ProgramId!.Value))
        {
            // A program that is gone from the set has no rules that could be asked: that is a fault, not a reason to owe nothing.
            var program = programs.ById[conversions.Key];
            var place = new CustomerPlace();
            foreach (var conversion in conversions)
            {
                place.Count(conversion);
                yield return (program, conversion, place);
            }
        }
    }

    private static IOrderedEnumerable<CreditedConversion> InOrder(CustomerAccount account) => account.Conversions
        .Where(one => one.ProgramId is not null && one.Kind is FactKind.Lead or FactKind.Sale && one.Credits.Count > 0)
        .OrderBy(one => one.OccurredAtMs).ThenBy(one => one.Key, StringComparer.Ordinal);

    private IEnumerable<Due> OfConversion(CustomerAccount account, ReferralProgram program, CreditedConversion conversion, CustomerPlace place)
    {
        // :: 1  Touches of one partner are one part; what no partner is credited for is nobody's part.
        var version = program.At(conversion.OccurredAtMs);
        List<CreditPart> touches = [.. conversion.Credits.OrderBy(credit => credit.Position)];
        long[] weights = [.. touches.Select(touch => touch.Weight)];
        var isFirst = true;
        foreach (var own in conversion.Credits.GroupBy(credit => credit.PartnerId))
        {
            if (own.Key is not { } partner)
            {
                continue;
            }

            // :: 2  Each rule of the partner's group at that time that the conversion meets; none while it was stopped.
            if (groups(program.Id, partner, conversion.OccurredAtMs) is not { } name)
            {
                continue;
            }

            var group = version.Rules.Group(name);
            var part = new Shares(weights, [.. touches.Index().Where(touch => touch.Item.PartnerId == partner).Select(touch => touch.Index)]);
            foreach (var rule in version.Rules.RewardsOf(group))
            {
                // :: 3  What is the friend's, or cannot be divided, is given once: by the first partner's rules.
                var isWhole = rule.Side == Due.Friend || rule.Kind is "discount" or "access";
                if (isWhole && !isFirst)
                {
                    continue;
                }

                if (Judge(program, rule, conversion, place, partner) is { Missed: null, Basis: var basis })
                {
                    var shares = isWhole ? Shares.Whole : part;
                    yield return new Due
                    {
                        Conversion = conversion,
                        CustomerId = account.CustomerId,
                        IsTest = account.IsTest || program.IsTest,
                        Program = program,
                        Version = version,
                        Group = group,
                        Rule = rule,
                        PartnerId = partner,
                        LinkId = own.First().LinkId,
                        Shares = shares,
                        Basis = shares.Of(basis),
                    };
                }
            }

            isFirst = false;
        }
    }

    private Missed? WhyNone(ReferralProgram program, CreditedConversion conversion, CustomerPlace place, long partner)
    {
        if (groups(program.Id, partner, conversion.OccurredAtMs) is not { } name)
        {
            return Missed.Stopped;
        }

        var rules = program.At(conversion.OccurredAtMs).Rules;
        var judged = rules.RewardsOf(rules.Group(name)).Where(rule => rule is { Side: Due.Referrer, Kind: "percentage" or "flat" })
            .Select(rule => Judge(program, rule, conversion, place, partner).Missed).ToList();
        return judged.Contains(null) ? null : judged.DefaultIfEmpty(Missed.NoRule).Max();
    }

    /// <summary>The basis is in minor units of the program's currency; 0 for a lead, and for what is missed.</summary>
    private (long Basis, Missed? Missed) Judge(ReferralProgram program, RewardRule rule, CreditedConversion conversion, CustomerPlace place, long partner)
    {
        if (place.WhyNot(rule, partner, conversion) is { } outOfPlace)
        {
            return (0, outOfPlace);
        }

        if (conversion.Kind == FactKind.Lead)
        {
            return rule.MinimumAmount > 0 ? (0, Missed.BelowMinimum) : (0, null);
        }

        var whole = rule.Basis == "gross" ? conversion.Amount : Math.Max(0, conversion.Amount - conversion.Tax - conversion.Shipping);
        if (rule.Products is { } products)
        {
            var items = conversion.LineItems.Where(item => products.Contains(item.ProductId)).ToList();
            if (items.Count == 0)
            {
                return (0, Missed.OtherProducts);
            }

            whole = Math.Min(whole, items.Sum(item => item.Amount));
        }

        return exchange(whole, conversion.Currency!, program.Currency, conversion.OccurredAtMs) switch
        {
            null => (0, Missed.NoRate),
            { } basis when basis < rule.MinimumAmount => (0, Missed.BelowMinimum),
            { } basis => (basis, null),
        };
    }
}
