namespace LinkTracker.Conversions;

/// <param name="IsNew">Whether each customer is a new one, whose lead comes before its sale; else all are known.</param>
/// <param name="Connections">Each has one request under way.</param>
internal sealed record Load(string Name, bool IsNew, int Connections);

/// <summary>Posts leads and sales for a while, as many as are answered.</summary>
internal sealed class ConversionLoad(RunningProduct product, int referrers, int customers)
{
    // Longer than a referrer's key ever is, so that the template finds it.
    private const string Code = $"ref-{RequestTemplate.Unique}";

    private readonly RequestTemplate _sale = new(
        product.Api, product.AdminKey, "/track/sale",
        $$"""{"customerExternalId":"c-{{RequestTemplate.Customer}}","amount":4999,"currency":"usd","invoiceId":"inv-{{RequestTemplate.Unique}}"}""");

    // The number that is the sale's own is the referrer's here.
    private readonly RequestTemplate _lead = new(
        product.Api, product.AdminKey, "/track/lead",
        $$"""{"customerExternalId":"c-{{RequestTemplate.Customer}}","eventName":"Sign up","referralCode":"{{Code}}"}""");

    private int _newest = -1;
    private long _invoices;

    public static string CodeOf(int referrer) => $"ref-{referrer.ToString($"D{RequestTemplate.Unique.Length}", System.Globalization.CultureInfo.InvariantCulture)}";

    /// <summary>Posts the leads of the customers that sales of known ones are of.</summary>
    public Task MakeKnownAsync(int count) => ForEachConnectionAsync(64, async (connection, _) =>
    {
        var lead = _lead.Copy();
        while (Interlocked.Increment(ref _newest) is var customer && customer < count)
        {
            _lead.Fill(lead, customer, customer % referrers);
            await connection.SendAsync(lead);
        }

        // The last increments found nobody to be made.
        Volatile.Write(ref _newest, count - 1);
    });

    /// <returns>What was measured, and how many sales were answered.</returns>
    public async Task<(Sample Sample, long Sales)> RunAsync(Load load, int seconds)
    {
        var times = new List<double>[load.Connections];
        var meter = new Meter(product, isOfPgbench: false);
        await ForEachConnectionAsync(load.Connections, async (connection, number) =>
            times[number] = await (load.IsNew ? NewAsync(connection, meter, seconds) : KnownAsync(connection, meter, seconds, new Random(number))));
        var all = times.SelectMany(some => some).Order().ToArray();
        var sample = meter.Read(all.Length, all.Length / meter.Seconds, all[all.Length / 2], all[(int)(all.Length * 0.99)]);
        return (sample, load.IsNew ? all.Length / 2 : all.Length);
    }

    private async Task<List<double>> KnownAsync(RawConnection connection, Meter meter, int seconds, Random random)
    {
        var (times, sale) = (new List<double>(), _sale.Copy());
        while (meter.Seconds < seconds)
        {
            _sale.Fill(sale, random.Next(customers), Interlocked.Increment(ref _invoices));
            times.Add(await TimeAsync(connection, sale));
        }

        return times;
    }

    private async Task<List<double>> NewAsync(RawConnection connection, Meter meter, int seconds)
    {
        var (times, lead, sale) = (new List<double>(), _lead.Copy(), _sale.Copy());
        while (meter.Seconds < seconds)
        {
            var customer = Interlocked.Increment(ref _newest);
            _lead.Fill(lead, customer, customer % referrers);
            times.Add(await TimeAsync(connection, lead));
            _sale.Fill(sale, customer, Interlocked.Increment(ref _invoices));
            times.Add(await TimeAsync(connection, sale));
        }

        return times;
    }

    private static async ValueTask<double> TimeAsync(RawConnection connection, byte[] request)
    {
        var started = TimeProvider.System.GetTimestamp();
        await connection.SendAsync(request);
        return TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
    }

    private async Task ForEachConnectionAsync(int connections, Func<RawConnection, int, Task> useAsync) =>
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async number =>
        {
            using var connection = await RawConnection.OpenAsync(product.Api);
            await useAsync(connection, number);
        }));
}
