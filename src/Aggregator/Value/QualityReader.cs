using System.Numerics;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>Reads what each customer of each referrer is worth, row by row: there may be many, and only sums are kept.</summary>
internal static class QualityReader
{
    /// <summary>Over all referrers, whichever are asked for: each is compared with all. Customers are those who bought first in the time asked for.</summary>
    public static QualityBoard Read(Session session, ValueScope scope)
    {
        var samples = new Dictionary<long, QualitySample>();
        var customer = new CustomerSum(0, 0);
        foreach (var row in session.Stream<CustomerRow>(
            $"""
            SELECT cr.partner_id, cr.customer_id, c.currency, c.rate, COUNT(DISTINCT c.id) AS sales, SUM(cr.amount - cr.refunded) AS net, MIN(c.occurred_at) AS began_at
            FROM credits cr JOIN conversions c ON c.id = cr.conversion_id
            WHERE {scope.Sales} AND cr.partner_id IS NOT NULL
            GROUP BY cr.partner_id, cr.customer_id, c.currency, c.rate
            ORDER BY cr.partner_id, cr.customer_id
            """,
            scope.Arguments()))
        {
            if (!customer.IsOf(row))
            {
                Close(samples, customer, scope);
                customer = new CustomerSum(row.PartnerId, row.CustomerId);
            }

            customer.Add(row, scope.Measure);
        }

        Close(samples, customer, scope);
        return new QualityBoard(samples);
    }

    private static void Close(Dictionary<long, QualitySample> samples, CustomerSum customer, ValueScope scope)
    {
        // Without a converted sale nobody knows what it is worth.
        if (customer.Sales == 0 || customer.BeganAt < scope.FromMs || customer.BeganAt >= scope.ToMs)
        {
            return;
        }

        if (!samples.TryGetValue(customer.Partner, out var sample))
        {
            samples.Add(customer.Partner, sample = new QualitySample());
        }

        sample.Add(customer.Net, customer.Sales);
    }

    private sealed class CustomerSum(long partner, long customer)
    {
        public long Partner => partner;

        public BigInteger Net { get; private set; }

        /// <summary>Converted ones.</summary>
        public long Sales { get; private set; }

        public long BeganAt { get; private set; } = long.MaxValue;

        public bool IsOf(CustomerRow row) => (row.PartnerId, row.CustomerId) == (partner, customer);

        public void Add(CustomerRow row, Measure measure)
        {
            BeganAt = Math.Min(BeganAt, row.BeganAt);
            if (measure.Of(row.Net, row.Currency, row.Rate) is { } net)
            {
                Net += net;
                Sales = checked(Sales + row.Sales);
            }
        }
    }

    private sealed class CustomerRow
    {
        public long PartnerId { get; set; }

        public long CustomerId { get; set; }

        public string Currency { get; set; } = "";

        public string? Rate { get; set; }

        public long Sales { get; set; }

        public long Net { get; set; }

        public long BeganAt { get; set; }
    }
}
