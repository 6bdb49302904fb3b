using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>
/// Keeps what referrers and links were credited with, in the transaction that credits it. It adds what is otherwise than it was: so the sums are
/// those of the credits, in whatever order things are told, and <see cref="CreditAudit"/> compares them.
/// </summary>
internal sealed class CreditTotals
{
    private static readonly RowWriter<CreditTotal> Rows = new RowWriter<CreditTotal>("credit_totals", "owner_kind", "owner_id", "currency")
        .Text("owner_kind", row => row.OwnerKind)
        .Number("owner_id", row => row.OwnerId)
        .Text("currency", row => row.Currency)
        .Sum("leads", row => row.Leads)
        .Sum("customers", row => row.Customers)
        .Sum("sales", row => row.Sales)
        .Sum("amount", row => row.Amount)
        .Sum("refunded", row => row.Refunded);

    private readonly Dictionary<(string Kind, long Id, string Currency), CreditTotal> _changes = [];

    /// <summary>Follows customers that were derived, with all that was told of them; once in a transaction.</summary>
    public static void Follow(Session session, IEnumerable<CustomerRecord> customers)
    {
        var totals = new CreditTotals();
        foreach (var customer in customers)
        {
            totals.Follow(customer);
        }

        Rows.Upsert(session, [.. totals._changes.Values.Where(change => change.Sums != default)]);
    }

    private void Follow(CustomerRecord customer)
    {
        var others = customer.Conversions.Where(conversion => conversion.HasOtherCredits && IsCounted(conversion.Row)).ToList();

        // :: 1  What a conversion gave is taken back, and what it gives now is given.
        foreach (var conversion in others)
        {
            Add(conversion.Row, conversion.CreditsBefore, -1);
            Add(conversion.Row, conversion.Credits, 1);
        }

        // :: 2  Whose customer it is, all its sales tell: it counts once, however many there are.
        if (others.Exists(conversion => IsSale(conversion.Row)))
        {
            var sales = customer.Conversions.Where(conversion => IsSale(conversion.Row) && IsCounted(conversion.Row)).ToList();
            Count(sales.SelectMany(conversion => conversion.CreditsBefore), -1);
            Count(sales.SelectMany(conversion => conversion.Credits), 1);
        }
    }

    private void Add(ConversionRow row, IReadOnlyList<CreditRow> credits, int sign)
    {
        var owners = new HashSet<(string, long)>();
        foreach (var credit in credits)
        {
            foreach (var owner in OwnersOf(credit))
            {
                var total = Of(owner, row.Currency ?? "");
                total.Amount = checked(total.Amount + (sign * credit.Amount));
                total.Refunded = checked(total.Refunded + (sign * credit.Refunded));
                if (owners.Add(owner))
                {
                    total.Leads += IsSale(row) ? 0 : sign * row.Quantity;
                    total.Sales += IsSale(row) ? sign : 0;
                }
            }
        }
    }

    private void Count(IEnumerable<CreditRow> credits, int sign)
    {
        foreach (var owner in credits.SelectMany(OwnersOf).Distinct())
        {
            Of(owner, "").Customers += sign;
        }
    }

    private CreditTotal Of((string Kind, long Id) owner, string currency)
    {
        if (!_changes.TryGetValue((owner.Kind, owner.Id, currency), out var total))
        {
            total = new CreditTotal { OwnerKind = owner.Kind, OwnerId = owner.Id, Currency = currency };
            _changes.Add((owner.Kind, owner.Id, currency), total);
        }

        return total;
    }

    private static IEnumerable<(string Kind, long Id)> OwnersOf(CreditRow credit)
    {
        yield return (CreditTotal.Link, credit.LinkId);
        if (credit.PartnerId is { } partner)
        {
            yield return (CreditTotal.Partner, partner);
        }
    }

    private static bool IsSale(ConversionRow row) => row.Kind == "sale";

    // Deferred leads and events of other kinds are nothing to count, and tests are in no list.
    private static bool IsCounted(ConversionRow row) => row.Kind is "lead" or "sale" && !row.IsTest;
}
