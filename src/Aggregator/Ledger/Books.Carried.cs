namespace LinkTracker.Aggregator.Ledger;

/// <content>What people said of a reward goes to another conversion with it.</content>
internal sealed partial class Books
{
    /// <param name="ofCustomer">All of one customer by rules.</param>
    private void Carry(IReadOnlyCollection<CommissionRow> ofCustomer)
    {
        if (ofCustomer.All(row => row.Decided is null))
        {
            return;
        }

        _groups.Load(ofCustomer.Select(row => row.PartnerId!.Value));
        var carried = CarriedDecisions.Of(ofCustomer, _groups.RuleOf);
        foreach (var row in ofCustomer.Where(row => row.DecidedFrom is not null || carried.ContainsKey(row.Id)))
        {
            var said = carried.GetValueOrDefault(row.Id);
            if (row.Decided == said?.Decided && row.DecidedFrom == said?.Id)
            {
                continue;
            }

            (row.Decided, row.DecidedFrom) = (said?.Decided, said?.Id);
            _touched.Add(row);
            if (Chains.Has(row))
            {
                Chains.Rewrite(row);
            }
        }
    }
}
