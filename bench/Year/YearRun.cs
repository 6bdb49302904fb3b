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
///   3  post everything, in the order of arrival
///   4  read every report and compare          to the minor unit
/// </code>
/// </summary>
internal static class YearRun
{
    private const int MostShown = 200;

    // Their rates come behind the sales: what waited for them must come out as if they had been there.
    private static readonly string[] LateCurrencies = ["jpy", "kwd"];

    /// <returns>How many figures differ.</returns>
    /// <exception cref="InvalidOperationException">The product refused something, or answered a repeat with something else.</exception>
    public static async Task<int> RunAsync(Options options, TextWriter output)
    {
        // :: 1
        var plan = YearPlan.Draw(options.Seed, options.Customers, options.LastDay);
        var truth = TruthFigures.Of(plan, YearTruth.Of(plan));
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {options.Seed}, year until {options.LastDay:O}: {options.Customers} customers, {plan.Referrers.Count} referrers, {plan.Tellings.Count} requests"));

        // :: 2
        await using var product = await RunningProduct.StartAsync(options.Engine, settings: ("Aggregator__Currency", Telecom.ReportingCurrency));
        using var installation = new Installation(product.Api, product.AdminKey, options.Connections);
        var setup = new Setup(installation, plan);
        var identities = await setup.MakeAsync();
        await setup.GiveRatesAsync("usd", "gbp");

        // :: 3
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var bodies = new ToldBody(new InstallationKeys(product.Secret), identities);
        await new Poster(installation, bodies, plan.Tellings).PostAsync(options.Connections);
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{options.Engine}: posted in {seconds:0.0} s, {plan.Tellings.Count / seconds:0} requests/s over {options.Connections} connections"));
        await setup.GiveRatesAsync(LateCurrencies);

        // :: 4
        var found = await new Reports(installation, plan, identities).ReadAsync();
        return Show(truth, found, output);
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
