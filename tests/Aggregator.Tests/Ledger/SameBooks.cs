using LinkTracker.Aggregator.Ledger;
using Xunit.Sdk;

namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>Two worlds have the same books, row by row. Ids that each gives anew are compared by their places.</summary>
internal static class SameBooks
{
    /// <param name="seed">Of both, for the message.</param>
    public static void Hold(int seed, LedgerWorld expected, LedgerWorld actual)
    {
        try
        {
            Hold(expected, actual);
        }
        catch (XunitException failure)
        {
            throw new XunitException($"seed {seed}: {failure.Message}", failure);
        }
    }

    private static void Hold(LedgerWorld expected, LedgerWorld actual)
    {
        Assert.Equal(Commissions(expected.Store), Commissions(actual.Store));
        Assert.Equal(Postings(expected.Store), Postings(actual.Store));
        Assert.Equal(Payouts(expected.Store), Payouts(actual.Store));
        Assert.Equal(expected.Totals(), actual.Totals());
        Assert.Equal(expected.Store.Balances.Count, actual.Store.Balances.Count);
        foreach (var (key, balance) in expected.Store.Balances)
        {
            Assert.Equal(balance, actual.Store.Balances[key]);
        }
    }

    private static IEnumerable<CommissionRow> Commissions(MemoryLedger store)
    {
        var payouts = Places(store.Payouts.Select(payout => payout.Id));
        var rows = Places(store.Commissions.Keys);
        return store.Commissions.Values.Select((row, place) => row with
        {
            Id = place,
            PayoutId = row.PayoutId is { } payout ? payouts[payout] : null,
            DecidedFrom = row.DecidedFrom is { } from ? rows[from] : null,
        });
    }

    private static IEnumerable<object> Postings(MemoryLedger store)
    {
        var commissions = Places(store.Commissions.Keys);
        return store.Postings.Select(row => (object)(
            (row.Position, row.Kind, row.ProgramId, row.OwnerKind, row.OwnerId, row.Unit, row.Amount),
            (row.Debit, row.Credit, row.CommissionId is { } commission ? commissions[commission] : -1),
            (row.RuleVersion, row.OccurredAt, row.PostedAt, row.IsTest)));
    }

    private static IEnumerable<object> Payouts(MemoryLedger store) =>
        store.Payouts.Select(row => (object)(row.ProgramId, row.PartnerId, row.Unit, row.Amount, row.Status));

    private static Dictionary<long, int> Places(IEnumerable<long> ids) => ids.Select((id, place) => (id, place)).ToDictionary(one => one.id, one => one.place);
}
