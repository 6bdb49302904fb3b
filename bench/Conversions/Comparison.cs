namespace LinkTracker.Conversions;

/// <summary>
/// Conversions beside pgbench, on the same PostgreSQL and on SQLite. Everything is running from the start and idle but for its turn; in
/// each round everything has a turn, and ratios are taken round by round. The first round warms code and servers and is not reported.
/// </summary>
internal sealed class Comparison(Options options)
{
    private static readonly Load[] Loads =
    [
        new("known-1", IsNew: false, 1), new("known-8", IsNew: false, 8), new("known-64", IsNew: false, 64),
        new("new-8", IsNew: true, 8), new("new-64", IsNew: true, 64),
    ];

    private readonly Dictionary<Load, SideBySide<Sample>> _results = [];

    public async Task RunAsync(DirectoryInfo results)
    {
        await using var postgres = options.Has(Engine.Postgres) ? await Contender.StartAsync(Engine.Postgres, options) : null;
        await using var sqlite = options.Has(Engine.Sqlite) ? await Contender.StartAsync(Engine.Sqlite, options) : null;
        var pgbench = postgres is null ? null : new Pgbench(postgres.Product);
        if (pgbench is not null)
        {
            await pgbench.FillAsync(options.Scale);
        }

        for (var round = 0; round <= options.Rounds; round++)
        {
            if (round == 1)
            {
                _results.Clear();
            }

            await RoundAsync(pgbench, [.. new[] { postgres, sqlite }.OfType<Contender>()]);
        }

        foreach (var (load, result) in _results)
        {
            result.Save(results, load.Name);
            Console.WriteLine(TableOf(result).Write(result));
        }
    }

    private async Task RoundAsync(Pgbench? pgbench, IReadOnlyList<Contender> contenders)
    {
        var (one, eight) = pgbench is null ? (null, null) : (await pgbench.RunAsync(1, options.Seconds), await pgbench.RunAsync(8, options.Seconds));
        foreach (var load in Loads.Where(load => options.Runs(load.Name)))
        {
            var result = ResultOf(load);
            if (pgbench is not null)
            {
                result.Add(result.Baseline, (load.Connections == 1 ? one : eight)!);
            }

            foreach (var contender in contenders)
            {
                result.Add(NameOf(contender.Engine), await contender.RunAsync(load, options.Seconds));
            }
        }
    }

    private SideBySide<Sample> ResultOf(Load load)
    {
        if (!_results.TryGetValue(load, out var result))
        {
            var clients = load.Connections == 1 ? "1 client" : "8 clients";
            var title = $"{(load.IsNew ? "Leads and first sales of new customers" : "Sales of known customers")}, {load.Connections} connections";
            _results[load] = result = new SideBySide<Sample>(title, $"pgbench, {clients}");
        }

        return result;
    }

    private Table<Sample> TableOf(SideBySide<Sample> result)
    {
        // What was not run cannot be compared with.
        string[] baselines = [.. new[] { result.Baseline, NameOf(Engine.Postgres) }.Where(_ => options.Has(Engine.Postgres))];
        return new Table<Sample>(
            "",
            [
                new("transactions or conversions/s", "N0", sample => sample.PerSecond),
                new("CPU µs each: product", "0", sample => sample.Product),
                new("PostgreSQL", "0", sample => sample.Postgres),
                new("Kafka, Redis", "0", sample => sample.Idle),
                new("client", "0", sample => sample.Client),
                new("p50 ms", "0.00", sample => sample.P50 ?? double.NaN),
                new("p99 ms", "0.00", sample => sample.P99 ?? double.NaN),
            ],
            [.. baselines.Select(baseline => new RatioColumn<Sample>($"of {baseline}", sample => sample.PerSecond, baseline))]);
    }

    private static string NameOf(Engine engine) => engine is Engine.Postgres ? "product on PostgreSQL" : "product on SQLite";
}
