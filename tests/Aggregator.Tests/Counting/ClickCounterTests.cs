using System.Diagnostics.Metrics;
using System.Text.Json;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class ClickCounterTests : IAsyncDisposable
{
    private readonly CountsFile _file = new();
    private readonly TestSource _source = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly CountingMetrics _metrics;
    private readonly CountingHealth _health = new();
    private readonly TestLogger<ClickCounter> _logger = new();
    private readonly ClickCounter _counter;

    public ClickCounterTests()
    {
        _metrics = new CountingMetrics(_services.GetRequiredService<IMeterFactory>(), _health, _file.Counts);
        var replay = new QuarantineReplay(_file.Counts, _metrics, NullLogger<QuarantineReplay>.Instance);
        _counter = new ClickCounter(
            _source, _file.Counts, new ClickClassifier(BotRules.Embedded), replay, _metrics, _health, TimeProvider.System, _logger);
    }

    public async ValueTask DisposeAsync()
    {
        await _counter.StopAsync(CancellationToken.None);
        _counter.Dispose();
        _source.Dispose();
        _file.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Clicks_are_stored_and_then_released()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 });
        _source.Deliver(log.Slice(0, 1), log.Slice(1, 2));
        await _counter.StartAsync(CancellationToken.None);

        await _source.ReleasedAsync(log.Tail);

        Assert.Equal(2, _file.Total().Valid);
        Assert.Equal("""{"failing":null,"visitors":2,"store":{"applied":2,"raw":2},"consumed":2,"applied":2,"duplicate_skipped":0,"quarantined":0}""", FiguresWithoutPartitions());
        Assert.Equal(HealthStatus.Healthy, (await _health.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Fact]
    public async Task After_a_failure_counting_begins_again_where_it_was_stored()
    {
        var log = new TestLog().Add(new TestClick(), new TestClick { Visitor = 2 }, new TestClick { Visitor = 3 });
        _source.Deliver(log.Slice(0, 1));
        await _counter.StartAsync(CancellationToken.None);
        await _source.ReleasedAsync(log.Slice(0, 1).To);

        // The source breaks, and after the next start delivers from before the position: nothing is counted twice.
        _source.Break();
        _source.Deliver(log.Slice(0, 2), log.Slice(2, 3));
        await _source.ReleasedAsync(log.Tail);

        Assert.Equal(2, _source.Asked.Count);
        Assert.Equal(log.Slice(0, 1).To, Assert.Single(_source.Asked[1]).Next);
        Assert.Equal(3, _file.Total().Valid);
        Assert.Equal("""{"failing":null,"visitors":3,"store":{"applied":3,"raw":3},"consumed":4,"applied":3,"duplicate_skipped":1,"quarantined":0}""", FiguresWithoutPartitions());
    }

    [Fact]
    public async Task A_store_that_refuses_degrades_health_until_it_accepts_again()
    {
        var log = new TestLog().Add(new TestClick());
        using (var other = new SqliteConnection($"Data Source={_file.Path}"))
        {
            other.Open();
            using var drop = other.CreateCommand();
            drop.CommandText = "CREATE TRIGGER refuse BEFORE INSERT ON positions BEGIN SELECT RAISE(ABORT, 'no'); END";
            drop.ExecuteNonQuery();
            _source.Deliver(log.Whole());
            await _counter.StartAsync(CancellationToken.None);
            await _source.AskedAsync(2);
            Assert.Equal(HealthStatus.Degraded, (await _health.CheckHealthAsync(new HealthCheckContext())).Status);
            Assert.Equal(0, _file.Total().Raw);
            drop.CommandText = "DROP TRIGGER refuse";
            drop.ExecuteNonQuery();
        }

        _source.Deliver(log.Whole());
        await _source.ReleasedAsync(log.Tail);

        Assert.Equal(1, _file.Total().Valid);
        Assert.Equal(HealthStatus.Healthy, (await _health.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Fact]
    public async Task Counting_begins_anew_after_damage_and_survives_that_a_new_file_cannot_be_made_at_first()
    {
        var log = new TestLog().Add(new TestClick());
        _source.Deliver(log.Whole());
        await _counter.StartAsync(CancellationToken.None);
        await _source.ReleasedAsync(log.Tail);

        var inTheWay = Directory.CreateDirectory(_file.Path + "-journal");
        _file.Counts.StartOver(new CountsException("malformed", new SqliteException("malformed", 11), isDamage: true));
        _source.Break();
        await _logger.LoggedAsync<CountsException>(3002);
        await _logger.LoggedAsync<CountsException>(3002);
        inTheWay.Delete();
        _source.Deliver(log.Whole());
        await _source.ReleasedAsync(log.Tail);

        Assert.False(_counter.ExecuteTask!.IsCompleted);
        Assert.Equal(1, _file.Total().Valid);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_file.Path)!, "counts.db.damaged-*"), name => !name.EndsWith("-wal", StringComparison.Ordinal) && !name.EndsWith("-shm", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stopping_ends_without_waiting_for_more_clicks()
    {
        await _counter.StartAsync(CancellationToken.None);
        await _source.AskedAsync(1);

        await _counter.StopAsync(CancellationToken.None);

        Assert.True(_counter.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task The_equation_is_published_as_metrics_too()
    {
        var log = new TestLog().Add(new TestClick()).AddBytes([9, 9]);
        _source.Deliver(log.Whole());
        await _counter.StartAsync(CancellationToken.None);
        await _source.ReleasedAsync(log.Tail);

        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>())
                {
                    me.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal((1, 1), (seen["linktracker.clicks.counted"], seen["linktracker.counting.visitors"]));
        Assert.Equal((2, 1, 0, 1), (seen["linktracker.clicks.consumed"], seen["linktracker.clicks.applied"], seen["linktracker.clicks.duplicate_skipped"], seen["linktracker.clicks.quarantined"]));
    }

    private string FiguresWithoutPartitions()
    {
        var figures = JsonSerializer.SerializeToNode(_metrics.Read())!.AsObject();
        Assert.Equal(figures["consumed"]!.GetValue<long>(), figures["partitions"]!.AsArray().Sum(partition => partition!["consumed"]!.GetValue<long>()));
        figures.Remove("partitions");
        return figures.ToJsonString();
    }
}
