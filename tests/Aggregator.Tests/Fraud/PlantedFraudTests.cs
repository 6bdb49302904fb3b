using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Tests.Fraud;

public abstract class PlantedFraudTests : EngineTests
{
    [EngineFact]
    public async Task Planted_fraud_is_found_and_whoever_only_looks_odd_is_never_held()
    {
        var folder = Directory.CreateTempSubdirectory("lists-");
        var file = Path.Combine(folder.FullName, "domains");
        await File.WriteAllLinesAsync(file, PlantedFraud.Disposable);
        foreach (var seed in new[] { 1, 2 })
        {
            using var rig = new FraudRig(await OpenDatabaseAsync(), new Settings { DisposableDomains = file });
            var world = new PlantedFraud(rig, seed);
            world.Plant();
            await rig.CheckAsync();
            await rig.Check.SweepAsync(CancellationToken.None);

            // Shown to a person in any way, and stopped.
            var shown = rig.Items().Where(item => item.Mode != "shadow").Select(item => item.ConversionId).ToHashSet();
            var stopped = rig.Commissions([.. world.Planted, .. world.Honest]).Where(row => row.State == "held" || row.Outcome is not null).Select(row => row.ConversionId!.Value).ToHashSet();
            var (recall, precision) = (Share(shown.Intersect(world.Planted), world.Planted), Share(shown.Intersect(world.Planted), shown));
            Assert.True(recall >= 0.95m, $"seed {seed}: recall {recall}, missed {string.Join(", ", world.Planted.Except(shown))}");
            Assert.True(precision >= 0.9m, $"seed {seed}: precision {precision}");
            Assert.Empty(stopped.Intersect(world.Spared));
            Assert.True(Share(stopped.Intersect(world.Planted), stopped) >= 0.9m);
            Assert.Contains(rig.Items("velocity"), item => world.Spared.Contains(item.ConversionId));
        }

        folder.Delete(recursive: true);
    }

    private static decimal Share(IEnumerable<long> part, HashSet<long> whole) => (decimal)part.Count() / whole.Count;
}

public sealed class PlantedFraudTestsOnSqlite : PlantedFraudTests;

[OnPostgres]
public sealed class PlantedFraudTestsOnPostgres : PlantedFraudTests;
