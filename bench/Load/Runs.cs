using LinkTracker.Sampling;

namespace LinkTracker.Load;

/// <summary>
/// The three modes. Servers of one mode are all there from its start, and those that are not being measured are stopped by a signal; each
/// round measures every one in turn, so that whatever else the machine does meets them all.
/// </summary>
internal sealed class Runs(Options options)
{
    private const int FirstPort = 9_300;
    private const int PortsEach = 2;
    private const int WarmUpSeconds = 3;
    private const int UnknownPercent = 10;

    private static readonly int[] RatePercents = [10, 50, 80];
    private static readonly int[] LinkCounts = [1_000, 1_000_000, 10_000_000];

    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("linktracker-load-");
    private readonly DirectoryInfo _out = Directory.CreateDirectory(options.Out);

    public async Task RunAsync()
    {
        try
        {
            if (options.Has("saturation") || options.Has("rate"))
            {
                await CompareServersAsync();
            }

            if (options.Has("links"))
            {
                await CompareLinkCountsAsync();
            }
        }
        finally
        {
            _work.Delete(recursive: true);
        }
    }

    private async Task CompareServersAsync()
    {
        var workload = new Workload(_work, options.Links);
        workload.Write(forNginx: true);
        var script = workload.WriteScript(unknownPercent: 0);
        using var servers = new ServerSet();
        var start = new Servers(_work);
        servers.Add(await start.StartNginxAsync(workload, Port(0)));
        servers.Add(await Servers.StartKestrelAsync(workload, Port(1)));
        servers.Add(await start.StartEdgeAsync(workload, Servers.Pipeline, Port(2), fastLane: false, durable: false));
        servers.Add(await start.StartEdgeAsync(workload, Servers.Buffered, Port(3), fastLane: true, durable: false));
        servers.Add(await start.StartEdgeAsync(workload, Servers.Durable, Port(4), fastLane: true, durable: true));
        await servers.InTurnAsync(1, server => Generators.SaturateAsync(server, script, WarmUpSeconds));

        var saturation = new SideBySide<Sample>($"Saturation, {options.Links:N0} links", Servers.Nginx);
        await servers.InTurnAsync(options.Rounds, async server => saturation.Add(server.Name, await Generators.SaturateAsync(server, script, options.Seconds)));
        if (options.Has("saturation"))
        {
            Show(saturation, "saturation");
        }

        if (options.Has("rate"))
        {
            await OfferRatesAsync(workload, servers, saturation);
        }
    }

    private async Task OfferRatesAsync(Workload workload, ServerSet servers, SideBySide<Sample> saturation)
    {
        // Of what the slowest of the three takes, so that none is beyond its limit and all get the same.
        string[] names = [Servers.Nginx, Servers.Buffered, Servers.Durable];
        var most = names.Min(name => saturation.Figure(name, sample => sample.PerSecond).Median);
        foreach (var percent in RatePercents)
        {
            var rate = (int)(most * percent / 100);
            var offered = new SideBySide<Sample>($"{rate:N0} requests/s, {percent} % of the slowest server's saturation", Servers.Nginx);
            await servers.InTurnAsync(
                options.Rounds,
                async server => offered.Add(
                    server.Name, await Generators.OfferAsync(server, workload.WriteUris(server.Port), Path.Combine(_work.FullName, "h2load.log"), rate, options.Seconds)),
                server => names.Contains(server.Name));
            Show(offered, $"rate-{percent}");
        }
    }

    private async Task CompareLinkCountsAsync()
    {
        static string Name(int links) => $"{links:N0} links";
        using var servers = new ServerSet();
        var start = new Servers(_work);
        var scripts = new Dictionary<string, string>();
        for (var i = 0; i < LinkCounts.Length; i++)
        {
            var workload = new Workload(_work, LinkCounts[i]);
            workload.Write(forNginx: false);
            scripts[Name(LinkCounts[i])] = workload.WriteScript(UnknownPercent);
            servers.Add(await start.StartEdgeAsync(workload, Name(LinkCounts[i]), Port(10 + i), fastLane: true, durable: false));
        }

        await servers.InTurnAsync(1, server => Generators.SaturateAsync(server, scripts[server.Name], WarmUpSeconds));
        var comparison = new SideBySide<Sample>($"Edge, fast lane, buffered; {UnknownPercent} % of the keys are unknown", Name(LinkCounts[0]));
        await servers.InTurnAsync(options.Rounds, async server => comparison.Add(server.Name, await Generators.SaturateAsync(server, scripts[server.Name], options.Seconds)));
        Show(comparison, "links");
    }

    private static int Port(int number) => FirstPort + (number * PortsEach);

    private void Show(SideBySide<Sample> comparison, string name)
    {
        Console.WriteLine(Report.Table(comparison));
        Report.Save(comparison, _out, name);
    }
}
