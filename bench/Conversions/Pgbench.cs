using System.Globalization;
using System.Text.RegularExpressions;

namespace LinkTracker.Conversions;

/// <summary>The field's own measure of a PostgreSQL: TPC-B, in a database beside the product's, on the same server.</summary>
internal sealed partial class Pgbench(RunningProduct product)
{
    private const string Database = "pgbench";

    private readonly PostgresServer _server = product.Postgres!;

    public async Task FillAsync(int scale)
    {
        await _server.AskAsync($"create database {Database}");
        await _server.RunAsync("pgbench", Database, "-i", "-q", "-s", Text(scale));
    }

    /// <exception cref="InvalidOperationException">It failed, or a transaction did.</exception>
    public async Task<Sample> RunAsync(int clients, int seconds)
    {
        var meter = new Meter(product, isOfPgbench: true);
        var output = await _server.RunAsync("pgbench", Database, "-n", "-c", Text(clients), "-j", Text(Math.Min(clients, 2)), "-T", Text(seconds));
        Demand.Holds(Number(Failed(), output) == 0, output);
        return meter.Read((long)Number(Done(), output), Number(PerSecond(), output), null, null);
    }

    private static double Number(Regex pattern, string output) => pattern.Match(output) is { Success: true } match
        ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
        : throw new InvalidOperationException($"pgbench does not say {pattern}:\n{output}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"number of transactions actually processed: (\d+)")]
    private static partial Regex Done();

    [GeneratedRegex(@"number of failed transactions: (\d+)")]
    private static partial Regex Failed();

    [GeneratedRegex(@"tps = ([\d.]+) \(without initial connection time\)")]
    private static partial Regex PerSecond();
}
