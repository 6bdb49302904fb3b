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
        foreach (var (programId, conversions) in InOrder(account).GroupBy(one => one.ProgramId!.Value).Select(some => (some.Key, some.ToList())))
        {
            // A program that is gone from the set has no rules that could be asked: that is a fault, not a reason to owe nothing.
            var program = programs.ById[programId];
            var place = new CustomerPlace();
            foreach (var conversion in conversions)
            {
                place.Count(conversion);
                dues.AddRange(OfConversion(account, program, conversion, place));
            }
        }

        return dues;
    }

    private static IOrderedEnumerable<CreditedConversion> InOrder(CustomerAccount account) => account.Conversions
        .Where(one => one.ProgramId is not null && one.Kind is FactKind.Lead or FactKind.Sale && one.Credits.Count > 0)
        .OrderBy(one => one.OccurredAtMs).ThenBy(one => one.Key, StringComparer.Ordinal);

    private IEnumerable<Due> OfConversion(CustomerAccount account, ReferralProgram program, CreditedConversion conversion, CustomerPlace place)
    {
        // :: 1  Credits of one partner are one part; what no partner is credited for is nobody's part.
        var version = program.At(conversion.OccurredAtMs);
        var parts = conversion.Credits.GroupBy(credit => credit.PartnerId)
            .Select(some => (Partner: some.Key, some.First().LinkId, Weight: some.Sum(credit => credit.Weight))).ToList();
        long[] weights = [.. parts.Select(part => part.Weight)];
        var isFirst = true;
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Partner is not { } partner)
            {
                continue;
            }

            // :: 2  Each rule of the partner's group at that time that the conversion meets; none while it was stopped.
            if (groups(program.Id, partner, conversion.OccurredAtMs) is not { } name)
            {
                continue;
            }

            var group = version.Rules.Group(name);
            foreach (var rule in version.Rules.RewardsOf(group).Where(rule => place.Meets(rule, partner, conversion)))
            {
                // :: 3  What is the friend's, or cannot be divided, is given once: by the first partner's rules.
                var isWhole = rule.Side == Due.Friend || rule.Kind is "discount" or "access";
                if (isWhole && !isFirst)
                {
                    continue;
                }

                var shares = isWhole || weights.Length == 1 ? Shares.Whole : new Shares(weights, i);
                if (BasisOf(program, rule, conversion) is { } basis && basis >= rule.MinimumAmount)
                {
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
                        LinkId = parts[i].LinkId,
                        Shares = shares,
                        Basis = shares.Of(basis),
                    };
                }
            }

            isFirst = false;
        }
    }

    /// <summary>Minor units of the program's currency; null when there is no rate yet, and for a sale without the rule's products.</summary>
    private long? BasisOf(ReferralProgram program, RewardRule rule, CreditedConversion conversion)
    {
        if (conversion.Kind == FactKind.Lead)
        {
            return 0;
        }

        return RewardBasis.Of(rule, conversion) is { } whole ? exchange(whole, conversion.Currency!, program.Currency, conversion.OccurredAtMs) : null;
    }
}
