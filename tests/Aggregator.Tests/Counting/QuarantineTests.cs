using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Analytics;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class QuarantineTests : IAsyncLifetime
{
    private ReportServer _server = null!;
    private long _link;

    public async Task InitializeAsync()
    {
        _server = await ReportServer.StartAsync();
        (_, _link) = await _server.LinkAsync("ana");
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task What_can_be_read_by_now_is_counted_and_the_rest_stays()
    {
        await _server.DeliverBytesAsync(Known(1), Unknown(2), Unknown(3), Known(4));
        Learn(2);

        Assert.Equal("""{"replayed":1,"kept":1}""", (await _server.PostAsync("/quarantine/replay", new { })).ToJsonString());
        Assert.Equal("""{"replayed":0,"kept":1}""", (await _server.PostAsync("/quarantine/replay", new { })).ToJsonString());

        Assert.Single((await _server.GetAsync("/quarantine")).AsArray());
        Assert.Equal(3, (await _server.GetAsync("/analytics?interval=all"))["clicks"]!.GetValue<int>());
        Assert.Equal(3, (await _server.GetAsync("/events?interval=all")).AsArray().Count);
        Assert.Equal("4 3 0 1", await EquationAsync());
    }

    [Fact]
    public async Task Counting_goes_on_after_a_replay_and_knows_who_clicked()
    {
        await _server.DeliverBytesAsync(Unknown(1));
        Learn(1);
        await _server.PostAsync("/quarantine/replay", new { });

        await _server.DeliverBytesAsync(Known(1), Known(2));

        var count = await _server.GetAsync("/analytics?interval=all");
        Assert.Equal("2 1", $"{count["clicks"]} {count["excluded"]!["duplicate"]}");
        Assert.Equal("3 3 0 0", await EquationAsync());
    }

    [Fact]
    public async Task The_list_tells_what_is_there_and_where_it_stood_in_pages()
    {
        await _server.DeliverBytesAsync(Unknown(1), Unknown(2), Unknown(3));

        var newest = Assert.Single((await _server.GetAsync("/quarantine?pageSize=1")).AsArray())!;
        var others = (await _server.GetAsync("/quarantine?pageSize=2&page=2")).AsArray();

        Assert.Equal(["id", "kind", "quarantinedAt", "position", "count", "reason", "bytes", "replayable"], newest.AsObject().Select(field => field.Key));
        Assert.Equal(["partition", "edge", "epoch", "from", "to"], newest["position"]!.AsObject().Select(field => field.Key));
        Assert.Equal(
            ("3", "click", 1, Unknown(3).Length, true),
            (newest["id"]!.GetValue<string>(), newest["kind"]!.GetValue<string>(), newest["count"]!.GetValue<int>(), newest["bytes"]!.GetValue<int>(), newest["replayable"]!.GetValue<bool>()));
        Assert.Equal("1", Assert.Single(others)!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Bytes_are_forgotten_as_single_clicks_are_and_what_they_declare_stays()
    {
        await _server.DeliverBytesAsync(Unknown(1));

        Assert.Equal(new ForgottenClicks(0, 1), _server.Services.GetRequiredService<SqliteClickCounts>().Forget(ReportServer.Noon.AddDays(1)));

        var entry = Assert.Single((await _server.GetAsync("/quarantine")).AsArray())!;
        Assert.Equal((0, false), (entry["bytes"]!.GetValue<int>(), entry["replayable"]!.GetValue<bool>()));
        Assert.Equal("""{"replayed":0,"kept":0}""", (await _server.PostAsync("/quarantine/replay", new { })).ToJsonString());
        Assert.Equal("1 0 0 1", await EquationAsync());
    }

    private byte[] Known(ulong visitor) =>
        new TestClick { Link = _link, At = ReportServer.Noon, Visitor = visitor }.ToBytes(visitor);

    private byte[] Unknown(ulong visitor)
    {
        var bytes = Known(visitor);
        bytes[0] = 200;
        return bytes;
    }

    // As a later version would: its codec reads what this one cannot.
    private void Learn(ulong visitor) => _server.ChangeCounts(
        $"UPDATE quarantine SET bytes = x'{Convert.ToHexString(Known(visitor))}' WHERE bytes = x'{Convert.ToHexString(Unknown(visitor))}'");

    private async Task<string> EquationAsync()
    {
        var figures = (await _server.GetAsync("/stats"))["aggregator"]!;
        Assert.Equal(figures["applied"]!.GetValue<long>(), figures["store"]!["raw"]!.GetValue<long>());
        return $"{figures["consumed"]} {figures["applied"]} {figures["duplicate_skipped"]} {figures["quarantined"]}";
    }
}
