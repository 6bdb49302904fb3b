using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Sums up what one set of rules gives to whom in a program.</summary>
internal sealed class SimulatedTally(long program)
{
    private readonly Dictionary<long, Sum> _partners = [];
    private readonly Sum _unattributed = new();
    private readonly Sum _withoutPartner = new();

    public SimulatedFigures Unattributed => _unattributed.ToFigures();

    /// <param name="amount">Of the conversion, minor units; 0 for what is no sale.</param>
    public void Add(Decision decision, long amount, string? currency)
    {
        if (decision.ProgramId != program)
        {
            if (decision.ProgramId is null)
            {
                _unattributed.Add(1, amount, currency);
            }

            return;
        }

        var parts = Apportionment.Split(amount, [.. decision.Credits.Select(credit => credit.Weight)]);
        var byPartner = decision.Credits.Zip(parts).GroupBy(pair => pair.First.Touch.PartnerId);
        foreach (var one in byPartner)
        {
            SumOf(one.Key).Add(1, one.Sum(pair => pair.Second), currency);
        }
    }

    /// <summary>Each partner that has something here or there, those with most conversions first.</summary>
    public IReadOnlyList<SimulatedPartner> Compare(SimulatedTally paid)
    {
        var partners = _partners.Keys.Union(paid._partners.Keys).Select(id => (long?)id);
        return
        [
            .. partners.Append(null).Select(id => (Id: id, Here: FiguresOf(id), There: paid.FiguresOf(id)))
                .Where(one => one.Here.Conversions + one.There.Conversions > 0)
                .OrderByDescending(one => one.Here.Conversions).ThenBy(one => one.Id ?? long.MaxValue)
                .Select(one => new SimulatedPartner(EntityId.Format(EntityId.Partner, one.Id), one.Here, Difference(one.Here, one.There))),
        ];
    }

    private static SimulatedFigures Difference(SimulatedFigures here, SimulatedFigures there) => new(
        here.Conversions - there.Conversions,
        new SortedDictionary<string, long>(
            here.Amounts.Keys.Union(there.Amounts.Keys).ToDictionary(currency => currency, currency => here.Amounts.GetValueOrDefault(currency) - there.Amounts.GetValueOrDefault(currency)),
            StringComparer.Ordinal));

    private SimulatedFigures FiguresOf(long? partner) =>
        (partner is not { } id ? _withoutPartner : _partners.GetValueOrDefault(id) ?? new Sum()).ToFigures();

    private Sum SumOf(long? partner)
    {
        if (partner is not { } id)
        {
            return _withoutPartner;
        }

        if (!_partners.TryGetValue(id, out var sum))
        {
            _partners.Add(id, sum = new Sum());
        }

        return sum;
    }

    private sealed class Sum
    {
        private readonly SortedDictionary<string, long> _amounts = new(StringComparer.Ordinal);
        private long _conversions;

        public void Add(long conversions, long amount, string? currency)
        {
            _conversions += conversions;
            if (currency is not null)
            {
                _amounts[currency] = checked(_amounts.GetValueOrDefault(currency) + amount);
            }
        }

        public SimulatedFigures ToFigures() => new(_conversions, _amounts);
    }
}
