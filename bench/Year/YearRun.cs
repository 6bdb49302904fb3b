using System.Globalization;
using LinkTracker.Contracts.Security;
using LinkTracker.Year.Plan;
using LinkTracker.Year.Truth;
using LinkTracker.Year.Wire;

namespace LinkTracker.Year;

/// <summary>
/// Tells a year to a product of its own, and holds its reports against the truth:
/// <code>
///   1  draw the year and compute the truth    before the product hears of any of it
///   2  start the product, make programs, rates, referrers and links
///   3  post everything, in the order of arrival, and pay meanwhile
///   4  read every report and compare          to the minor unit
/// </code>
/// </summary>
internal static class YearRun
{
    private const int MostShown = 200;

    // Fraud rules look at rewards and holding periods end in the background.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    // Their rates come behind the sales: what waited for them must come out as if they had been there.
    private static readonly string[] LateCurrencies = ["jpy", "kwd"];

    /// <returns>How many figures differ.</returns>
    /// <exception cref="InvalidOperationException">The product refused something, or answered a repeat with something else.</exception>
    /// <exception cref="TimeoutException">It did not end within <see cref="Options.Limit"/>.</exception>
    public static async Task<int> RunAsync(Options options, TextWriter output)
    {
        // :: 1
        var plan = YearPlan.Draw(options.Seed, options.Customers, options.LastDay);
        var truth = TruthFigures.Of(plan, YearTruth.Of(plan));
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {options.Seed}, year until {options.LastDay:O}: {options.Customers} customers, {plan.Referrers.Count} referrers, {plan.Tellings.Count} requests"));

        using var end = new CancellationTokenSource(options.Limit);
        try
        {
            await using var product = await RunningProduct.StartAsync(options.Engine, settings: ("Aggregator__Currency", Telecom.ReportingCurrency));
            using var installation = new Installation(product.Api, product.AdminKey, options.Connections, end.Token);
            using var progress = new Progress(product.Processes[0].ProcessId, output, TimeProvider.System);
            return Show(truth, await TellAsync(options, plan, truth, product, installation, progress), output);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            throw new TimeoutException($"did not end within {options.Limit.TotalMinutes:0} minutes");
        }
    }

    private static async Task<Figures> TellAsync(Options options, YearPlan plan, Figures truth, RunningProduct product, Installation installation, Progress progress)
    {
        // :: 2
        var setup = new Setup(installation, plan);
        var identities = await setup.MakeAsync();
        await setup.GiveRatesAsync("usd", "gbp");

        // :: 3
        var paydays = new Paydays(installation, plan, identities);
        var poster = new Poster(installation, new ToldBody(new InstallationKeys(product.Secret), identities), plan.Tellings, paydays, progress);
        await progress.OfAsync($"{plan.Tellings.Count} requests posted to {options.Engine}", progress.FollowAsync(poster.PostAsync(options.Connections), plan.Tellings.Count));
        await progress.OfAsync("late rates followed", setup.GiveRatesAsync(LateCurrencies));
        await progress.OfAsync("last payday", Eventually.HoldsAsync("somebody is paid", LongestWait, async () => await paydays.PayAsync() > 0));
        truth.Add(paydays.Paid);

        // :: 4
        return await new Reports(installation, plan, identities).ReadAsync(progress);
    }

    private static int Show(Figures truth, Figures found, TextWriter output)
    {
        var differences = truth.DifferencesFrom(found).ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{truth.Count} figures, {differences.Count} differ"));
        if (differences.Count > 0)
        {
            output.WriteLine("| figure | truth | report | difference |\n|---|---:|---:|---:|");
        }

        foreach (var line in differences.Take(MostShown))
        {
            output.WriteLine(line);
        }

        return differences.Count;
    }
}
