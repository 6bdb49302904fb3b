using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>Reads what each customer of each referrer is worth, row by row: there may be many, and only sums are kept.</summary>
internal static class QualityReader
{
    /// <summary>Over all referrers, whichever are asked for: each is compared with all.</summary>
    public static QualityBoard Read(Session session, ValueScope scope)
    {
        var samples = new Dictionary<long, QualitySample>();
        CustomerSum? customer = null;
        foreach (var row in session.Stream<CustomerRow>(
            $"""
            WITH began AS ({scope.Began("cr.partner_id IS NOT NULL")})
            SELECT b.partner_id, b.customer_id, c.currency, c.rate, COUNT(DISTINCT c.id) AS sales, SUM(cr.amount - cr.refunded) AS net
            FROM began b
            JOIN credits cr ON cr.partner_id = b.partner_id AND cr.customer_id = b.customer_id
            JOIN conversions c ON c.id = cr.conversion_id
            WHERE {scope.Sales}
            GROUP BY b.partner_id, b.customer_id, c.currency, c.rate
            ORDER BY b.partner_id, b.customer_id
            """,
            scope.Arguments()))
        {
            if (scope.Measure.Of(row.Net, row.Currency, row.Rate) is not { } net)
            {
                continue;
            }

            if (customer is null || !customer.IsOf(row))
            {
                Close(samples, customer);
                customer = new CustomerSum(row.PartnerId, row.CustomerId);
            }

            customer.Net += net;
            customer.Sales += row.Sales;
        }

        Close(samples, customer);
        return new QualityBoard(samples);
    }

    private static void Close(Dictionary<long, QualitySample> samples, CustomerSum? customer)
    {
        if (customer is null)
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

        public System.Numerics.BigInteger Net { get; set; }

        public long Sales { get; set; }

        public bool IsOf(CustomerRow row) => (row.PartnerId, row.CustomerId) == (partner, customer);
    }

    private sealed class CustomerRow
    {
        public long PartnerId { get; set; }

        public long CustomerId { get; set; }

        public string Currency { get; set; } = "";

        public string? Rate { get; set; }

        public long Sales { get; set; }

        public long Net { get; set; }
    }
}
