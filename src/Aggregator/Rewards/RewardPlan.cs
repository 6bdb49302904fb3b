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
    /// <param name="unmet">Where to tell of rules that give nothing; null when nobody wants to know.</param>
    public IReadOnlyList<Due> Of(CustomerAccount account, List<Unmet>? unmet = null)
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
                dues.AddRange(OfConversion(account, program, conversion, place, unmet));
            }
        }

        return dues;
    }

    /// <summary>Of the conversions that the partner has a part of, those that no rule gives it money for, by their ids: the reason of the rule that was nearest to.</summary>
    public IReadOnlyDictionary<long, string> MissedBy(CustomerAccount account, long partner)
    {
        var unmet = new List<Unmet>();
        var given = Of(account, unmet).Where(due => due.PartnerId == partner && IsMoney(due.Rule)).Select(due => due.Conversion.Id).ToHashSet();
        return InOrder(account).Where(one => !given.Contains(one.Id) && one.Credits.Any(credit => credit.PartnerId == partner)).ToDictionary(
            one => one.Id,
            one => unmet.Where(rule => rule.Conversion.Id == one.Id && rule.PartnerId == partner && (rule.Rule is null || IsMoney(rule.Rule)))
                .Select(rule => rule.Reason).DefaultIfEmpty(UnmetReasons.NoRules).MaxBy(UnmetReasons.Nearness)!);
    }

    private static bool IsMoney(RewardRule rule) => rule is { Side: Due.Referrer, Kind: "percentage" or "flat" };

    private static IOrderedEnumerable<CreditedConversion> InOrder(CustomerAccount account) => account.Conversions
        .Where(one => one.ProgramId is not null && one.Kind is FactKind.Lead or FactKind.Sale && one.Credits.Count > 0)
        .OrderBy(one => one.OccurredAtMs).ThenBy(one => one.Key, StringComparer.Ordinal);

    private IEnumerable<Due> OfConversion(CustomerAccount account, ReferralProgram program, CreditedConversion conversion, CustomerPlace place, List<Unmet>? unmet)
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

            // :: 2  Each rule of the partner's group at that time; none while it was stopped.
            if (groups(program.Id, partner, conversion.OccurredAtMs) is not { } name)
            {
                unmet?.Add(new Unmet(conversion, partner, null, UnmetReasons.Stopped));
                continue;
            }

            var group = version.Rules.Group(name);
            var rules = version.Rules.RewardsOf(group);
            if (rules.Count == 0)
            {
                unmet?.Add(new Unmet(conversion, partner, null, UnmetReasons.NoRules));
            }

            var part = new Shares(weights, [.. touches.Index().Where(touch => touch.Item.PartnerId == partner).Select(touch => touch.Index)]);
            foreach (var rule in rules)
            {
                // :: 3  What is the friend's, or cannot be divided, is given once: by the first partner's rules.
                var isWhole = rule.Side == Due.Friend || rule.Kind is "discount" or "access";
                var why = place.WhyNot(rule, partner, conversion) ?? (isWhole && !isFirst ? UnmetReasons.OtherReferrer : null);
                var basis = why is null ? BasisOf(program, rule, conversion, out why) : 0;
                if (why is not null)
                {
                    unmet?.Add(new Unmet(conversion, partner, rule, why));
                    continue;
                }

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

            isFirst = false;
        }
    }

    /// <summary>Minor units of the program's currency.</summary>
    /// <param name="why">Why the rule gives nothing for it; null: it does.</param>
    private long BasisOf(ReferralProgram program, RewardRule rule, CreditedConversion conversion, out string? why)
    {
        if (conversion.Kind == FactKind.Lead)
        {
            why = rule.MinimumAmount > 0 ? UnmetReasons.BelowMinimum : null;
            return 0;
        }

        var whole = RewardBasis.Of(rule, conversion);
        var basis = whole is { } amount ? exchange(amount, conversion.Currency!, program.Currency, conversion.OccurredAtMs) : null;
        why = whole is null ? UnmetReasons.OtherProducts
            : basis is null ? UnmetReasons.NoRate
            : basis < rule.MinimumAmount ? UnmetReasons.BelowMinimum
            : null;
        return basis ?? 0;
    }
}
