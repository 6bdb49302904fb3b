using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Contracts.Clicks;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Api;

/// <summary>Whoever watches the collector must see what <c>/stats</c> shows.</summary>
public sealed class StatsMetricsTests
{
    [Fact]
    public async Task Every_figure_of_the_sections_is_a_metric_with_the_same_value()
    {
        await using var server = await AggregatorServer.StartAsync();
        await MakeFiguresAsync(server);

        var figures = new SortedDictionary<string, long>(StringComparer.Ordinal);
        Flatten((await server.GetAsync("/stats")).Ok(), "", figures);

        // The same number as applied, read together with raw.
        Assert.True(figures.Remove("aggregator.store.applied"));

        Assert.Equal(figures, Measure(server.App.Services));
        Assert.Equal(
            (150L, 100L, 50L, 70L, 0L, 70L),
            (figures["conversions.amounts.usd.posted"], figures["conversions.amounts.usd.attributed"], figures["conversions.amounts.usd.unattributed"],
                figures["conversions.amounts.eur.posted"], figures["conversions.amounts.eur.attributed"], figures["conversions.amounts.eur.unattributed"]));
        Assert.Equal(1, figures["ledger.waitingSales.gbp"]);
        Assert.Equal((70L, 70L, 0L), (figures["ledger.units.usd.debits"], figures["ledger.units.usd.credits"], figures["ledger.units.usd.wrongBalances"]));
        Assert.Equal((2L, 1L, 1L), (figures["aggregator.consumed"], figures["aggregator.applied"], figures["aggregator.quarantined"]));
    }

    /// <summary>Clicks, one of them damaged, a lead told twice, a sale told otherwise, and sales that came too late for a link, in two currencies.</summary>
    private static async Task MakeFiguresAsync(AggregatorServer server)
    {
        var log = new TestLog().Add(new TestClick()).AddBytes([9, 9]);
        var source = (TestSource)server.App.Services.GetRequiredService<IClickSource>();
        source.Deliver(log.Whole());
        await source.ReleasedAsync(log.Tail);

        var link = await server.HasLinkAsync("ana", new { trackConversion = true });
        var (click, late) = (server.Click(link), server.Click(link, server.Clock.GetUtcNow() - TimeSpan.FromDays(200)));
        foreach (var (clickId, customerExternalId) in new[] { (click, "c"), (click, "c"), (late, "d") })
        {
            (await server.PostAsync("/track/lead", new { clickId, eventName = "Sign up", customerExternalId })).Ok();
        }

        foreach (var (customerExternalId, amount, currency, invoiceId) in new[] { ("c", 100, "usd", "1"), ("c", 999, "usd", "1"), ("d", 50, "usd", "2"), ("d", 70, "eur", "3") })
        {
            (await server.PostAsync("/track/sale", new { customerExternalId, amount, currency, invoiceId })).Ok();
        }

        var partnerId = (await server.PostAsync("/partners", new { email = "a@example.com" })).Ok().GetProperty("id").GetString();
        await server.HasLinkAsync("ben", new { partnerId, trackConversion = true });
        (await server.PostAsync("/track/sale", new { customerExternalId = "e", referralCode = "ben", amount = 30, currency = "gbp" })).Ok();
        (await server.PostAsync("/commissions", new { type = "custom", partnerId, amount = 70 })).Ok();
        await Eventually.HoldsAsync("the commission is released", Eventually.Limit, async () =>
            (await server.GetAsync("/stats")).Ok().GetProperty("ledger").GetProperty("postings").GetInt64() == 2);
    }

    // Texts say what a number means, and the position of a log is that of one Edge: of those there is no bound.
    private static void Flatten(JsonElement value, string path, SortedDictionary<string, long> figures)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.TryGetProperty("partition", out var number):
                foreach (var field in value.EnumerateObject().Where(field => field.Name is not ("partition" or "logs")))
                {
                    Flatten(field.Value, $"{path}.{number}.{field.Name}", figures);
                }

                break;
            case JsonValueKind.Object:
                foreach (var field in value.EnumerateObject())
                {
                    Flatten(field.Value, path.Length == 0 ? field.Name : $"{path}.{field.Name}", figures);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Flatten(item, path, figures);
                }

                break;
            default:
                figures[path] = path == "aggregator.failing" ? (value.ValueKind == JsonValueKind.Null ? 0 : 1) : value.GetInt64();
                break;
        }
    }

    /// <summary>What is collected now, under the names of the figures.</summary>
    private static SortedDictionary<string, long> Measure(IServiceProvider services)
    {
        // Other tests run in this process, and have instruments of the same name.
        var meters = services.GetRequiredService<IMeterFactory>();
        var figures = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == meters && instrument.IsObservable && instrument.Name.StartsWith("linktracker.", StringComparison.Ordinal))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return figures;

        void Take(string instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var values = tags.ToArray().Select(tag => Convert.ToString(tag.Value, CultureInfo.InvariantCulture)).ToList();
            var name = instrument.Split('.')[^1];
            if (instrument.StartsWith("linktracker.clicks.", StringComparison.Ordinal) && values.Count > 0)
            {
                figures[$"aggregator.partitions.{values[0]}.{name}"] = value;
                figures[$"aggregator.{name}"] = figures.GetValueOrDefault($"aggregator.{name}") + value;
                return;
            }

            figures[instrument switch
            {
                "linktracker.counting.failing" or "linktracker.counting.visitors" => $"aggregator.{name}",
                "linktracker.clicks.counted" => "aggregator.store.raw",
                "linktracker.conversions" => $"conversions.{values[0]}s",
                "linktracker.conversions.repeats" or "linktracker.conversions.conflicts" => $"conversions.{values[0]}{char.ToUpperInvariant(name[0])}{name[1..]}",
                "linktracker.sales.amount" => $"conversions.amounts.{values[0]}.{values[1]}",
                "linktracker.ledger.postings" or "linktracker.ledger.missing" => $"ledger.{name}",
                "linktracker.ledger.checked_to" => "ledger.checkedTo",
                "linktracker.ledger.open_commissions" => "ledger.openCommissions",
                "linktracker.ledger.waiting_sales" => $"ledger.waitingSales.{values[0]}",
                "linktracker.ledger.amount" => $"ledger.units.{values[0]}.{values[1]}",
                "linktracker.ledger.wrong_balances" => $"ledger.units.{values[0]}.wrongBalances",
                "linktracker.codes.misses" or "linktracker.codes.throttled" => $"codes.{name}",
                "linktracker.links.live" or "linktracker.links.version" => $"links.{name}",
                _ when instrument.StartsWith("linktracker.webhooks.", StringComparison.Ordinal) => $"webhooks.{name}",
                _ when instrument.StartsWith("linktracker.fraud.", StringComparison.Ordinal) => $"fraud.{name}",
                _ when instrument.StartsWith("linktracker.credits.", StringComparison.Ordinal) => $"credits.{name}",
                _ => instrument,
            }] = value;
        }
    }
}
