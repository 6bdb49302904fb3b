using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Tests.Counting;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Contracts.Clicks;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Analytics;

public abstract class AnalyticsApiTests : EngineTests
{
    private ReportServer _server = null!;
    private string _ana = "";
    private long _anaNumber;
    private string _ben = "";
    private long _benNumber;

    public override async Task InitializeAsync()
    {
        _server = await ReportServer.StartAsync(postgres: await ServerOfAsync(null));
        var partner = await _server.PostAsync("/partners", new { name = "Ana", email = "ana@example.com" });
        (_ana, _anaNumber) = await _server.LinkAsync("ana", new { trackConversion = true, partnerId = partner["id"]!.GetValue<string>(), tenantId = "t1", externalId = "e1", url = "https://shop.example/p?utm_source=mail" });
        (_ben, _benNumber) = await _server.LinkAsync("ben", new { trackConversion = true });
    }

    public override async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }

    [EngineFact]
    public async Task A_count_tells_valid_raw_unique_and_excluded_clicks()
    {
        await ClickAsync();

        var count = await _server.GetAsync($"/analytics?event=clicks&groupBy=count&interval=all&linkId={_ana}");

        Assert.Equal(
            """{"clicks":3,"leads":0,"sales":0,"saleAmount":0,"saleAmounts":{},"raw":7,"unique":3,"excluded":{"head":1,"prefetch":1,"link_preview":1,"bot":0,"duplicate":1}}""",
            count.ToJsonString());
    }

    [EngineTheory]
    [InlineData("countries", "country", "DE:1/3,US:1/1,Unknown:1/3")]
    [InlineData("continents", "continent", "EU:1/3,NA:1/1")]
    [InlineData("devices", "device", "Desktop:2/5,Mobile:1/1,Unknown:0/1")]
    [InlineData("browsers", "browser", "Chrome:2/5,Safari:1/1,Unknown:0/1")]
    [InlineData("os", "os", "Windows:2/5,iOS:1/1,Unknown:0/1")]
    [InlineData("referers", "referer", "t.co:2/2,(direct):1/5")]
    [InlineData("referer_urls", "refererUrl", "https://t.co:2/2,(direct):1/5")]
    [InlineData("channels", "channel", "podcast:1/1,direct:1/5,x_twitter:1/1")]
    [InlineData("triggers", "trigger", "link:2/6,qr:1/1")]
    [InlineData("trigger", "trigger", "link:2/6,qr:1/1")]
    [InlineData("top_urls", "url", "https://shop.example/p?utm_source=mail:3/7")]
    [InlineData("top_base_urls", "url", "https://shop.example/p:3/7")]
    [InlineData("top_domains", "domain", "go.example:3/7")]
    [InlineData("utm_sources", "utm_source", "mail:3/7")]
    public async Task Clicks_are_split_by_every_dimension(string groupBy, string field, string expected)
    {
        await ClickAsync();

        var rows = (await _server.GetAsync($"/analytics?groupBy={groupBy}&interval=all&linkId={_ana}")).AsArray();

        Assert.Equal(
            expected.Split(',').Order(),
            rows.Select(row => $"{row![field]}:{row["clicks"]}/{row["raw"]}").Order());
        Assert.All(rows, row => Assert.Equal(row!["raw"]!.GetValue<long>(), row["clicks"]!.GetValue<long>() + row["excluded"]!.AsObject().Sum(reason => reason.Value!.GetValue<long>())));
    }

    [EngineFact]
    public async Task Top_links_come_with_what_a_client_shows_of_them()
    {
        await ClickAsync();
        await _server.ClickAsync(new TestClick { Link = _benNumber, At = ReportServer.Noon });

        var rows = (await _server.GetAsync("/analytics?groupBy=top_links&interval=all")).AsArray();

        Assert.Equal([_ana, _ben], rows.Select(row => row!["id"]!.GetValue<string>()));
        Assert.Equal(
            ["link", "id", "domain", "key", "shortLink", "url", "createdAt", "title", "comments", "folderId", "partnerId", "clicks", "leads", "sales", "saleAmount", "saleAmounts", "raw", "unique", "excluded"],
            rows[0]!.AsObject().Select(field => field.Key));
        Assert.Equal("https://go.example/ana", rows[0]!["shortLink"]!.GetValue<string>());
        var partners = (await _server.GetAsync("/analytics?groupBy=top_partners&interval=all")).AsArray();
        Assert.StartsWith("pn_", Assert.Single(partners)!["partnerId"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [EngineTheory]
    [InlineData("country=DE", 1)]
    [InlineData("country=DE,US", 2)]
    [InlineData("country=-DE", 2)]
    [InlineData("country=-DE,US", 1)]
    [InlineData("continent=EU", 1)]
    [InlineData("device=mobile", 1)]
    [InlineData("referer=t.co", 2)]
    [InlineData("referer=www.T.co", 2)]
    [InlineData("referer=-www.t.co", 1)]
    [InlineData("refererUrl=https://t.co", 2)]
    [InlineData("channel=podcast", 1)]
    [InlineData("qr=true", 1)]
    [InlineData("qr=false", 2)]
    [InlineData("referer=t.co&country=DE", 1)]
    [InlineData("referer=t.co&country=FR", 0)]
    [InlineData("device=Desktop&browser=Chrome&os=Windows", 2)]
    [InlineData("key=ana", 3)]
    [InlineData("key=ana&domain=go.example", 3)]
    [InlineData("domain=-go.example", 0)]
    [InlineData("externalId=e1", 3)]
    [InlineData("externalId=ext_e1", 3)]
    [InlineData("tenantId=t1", 3)]
    [InlineData("tenantId=t2", 0)]
    [InlineData("utm_source=mail", 3)]
    [InlineData("utm_source=-mail", 0)]
    [InlineData("utm_source=Mail", 0)]
    [InlineData("utm_source=Mail,mail", 3)]
    [InlineData("tenantId=T1,t1", 3)]
    [InlineData("domain=GO.example", 3)]
    public async Task Filters_choose_clicks(string filter, int clicks)
    {
        await ClickAsync();

        var count = await _server.GetAsync($"/analytics?interval=all&{filter}");

        Assert.Equal(clicks, count["clicks"]!.GetValue<int>());
    }

    [EngineFact]
    public async Task A_program_holds_the_clicks_of_its_partners_links()
    {
        await ClickAsync();
        await _server.ClickAsync(new TestClick { Link = _benNumber, At = ReportServer.Noon });
        var program = (await _server.GetAsync($"/links/info?linkId={_ana}"))["programId"]!.GetValue<string>();

        Assert.Equal(3, (await _server.GetAsync($"/analytics?interval=all&programId={program}"))["clicks"]!.GetValue<int>());
        Assert.Equal(3, (await _server.GetAsync($"/events?interval=all&programId={program}")).AsArray().Count);
    }

    [EngineFact]
    public async Task A_series_to_the_last_year_there_is_has_a_bar_for_each_month()
    {
        var series = (await _server.GetAsync("/analytics?start=8990-01-01&end=9000-12-31T23:30:00Z&groupBy=timeseries&timezone=Asia/Tokyo")).AsArray();

        Assert.Equal(133, series.Select(row => row!["start"]!.GetValue<string>()).Distinct().Count());
        Assert.Equal(133, series.Count);
    }

    [EngineFact]
    public async Task A_filter_with_another_group_is_answered_from_the_single_clicks()
    {
        await ClickAsync();

        var rows = (await _server.GetAsync($"/analytics?interval=all&referer=t.co&groupBy=devices&linkId={_ana}")).AsArray();

        Assert.Equal(["Desktop:1", "Mobile:1"], rows.Select(row => $"{row!["device"]}:{row["clicks"]}").Order());
    }

    [EngineFact]
    public async Task What_needs_single_clicks_is_refused_where_some_of_them_are_forgotten()
    {
        await ClickAsync();
        _server.SetTime(ReportServer.Noon.AddDays(40));
        await _server.ClickAsync(new TestClick { Link = _anaNumber, At = ReportServer.Noon.AddDays(39), Agent = TestClick.Iphone, Country = "DE" });
        _server.Services.GetRequiredService<IClickCounts>().Forget(ReportServer.Noon.AddDays(30));

        var refusal = await _server.RefusalAsync("/analytics?interval=all&country=DE&groupBy=devices");
        Assert.Equal((422, "unprocessable_entity"), (refusal.Status, refusal.Code));
        Assert.Equal(
            "start: country and device together are counted from single clicks, and of those before 2026-05-04T13:00:00.000Z not all are kept any more (Aggregator__ClickRetentionDays). Begin there or later, or ask about one of them alone.",
            refusal.Message);
        Assert.Equal(422, (await _server.RefusalAsync("/analytics?interval=all&country=DE&referer=t.co")).Status);
        Assert.Equal("Mobile:1", Row(await _server.GetAsync("/analytics?start=2026-05-04T13:00:00Z&country=DE&groupBy=devices")));
        Assert.Equal(2, (await _server.GetAsync("/analytics?interval=all&country=DE"))["clicks"]!.GetValue<int>());

        static string Row(JsonNode rows) => $"{Assert.Single(rows.AsArray())!["device"]}:{rows[0]!["clicks"]}";
    }

    [EngineFact]
    public async Task Leads_and_sales_are_told_by_click_link_time_and_currency()
    {
        var tokens = await ClickAsync();
        await _server.PostAsync("/track/lead", new { clickId = tokens[0], eventName = "Sign up", customerExternalId = "c1" });
        await _server.PostAsync("/track/sale", new { customerExternalId = "c1", amount = 4990, currency = "usd", invoiceId = "i1", paymentProcessor = "stripe" });
        await _server.PostAsync("/track/sale", new { customerExternalId = "c1", amount = 700, currency = "eur", invoiceId = "i2", paymentProcessor = "stripe" });
        await _server.EnrichAsync();

        var count = await _server.GetAsync($"/analytics?event=composite&interval=all&linkId={_ana}");
        Assert.Equal(
            "1 2 4990 {\"eur\":700,\"usd\":4990}",
            $"{count["leads"]} {count["sales"]} {count["saleAmount"]} {count["saleAmounts"]!.ToJsonString()}");

        var countries = (await _server.GetAsync("/analytics?event=sales&groupBy=countries&interval=all")).AsArray();
        Assert.Equal("DE 2", $"{Assert.Single(countries)!["country"]} {countries[0]!["sales"]}");
        Assert.Empty((await _server.GetAsync($"/analytics?event=leads&groupBy=devices&interval=all&linkId={_ben}")).AsArray());
        Assert.Equal(0, (await _server.GetAsync("/analytics?event=leads&interval=all&device=Desktop"))["leads"]!.GetValue<int>());
        Assert.Equal(1, (await _server.GetAsync("/analytics?event=leads&interval=all&device=Mobile"))["leads"]!.GetValue<int>());

        var series = (await _server.GetAsync("/analytics?event=sales&groupBy=timeseries&interval=24h")).AsArray();
        Assert.Equal(4990, series.Sum(row => row!["saleAmount"]!.GetValue<long>()));
        Assert.Equal(_ana, Assert.Single((await _server.GetAsync("/analytics?event=leads&groupBy=top_links&interval=all")).AsArray())!["id"]!.GetValue<string>());
    }

    [EngineFact]
    public async Task A_lead_that_is_there_before_its_click_is_completed_later()
    {
        var token = _server.ClickLater(new TestClick { Link = _anaNumber, At = ReportServer.Noon, Country = "FR" })[0];
        await _server.PostAsync("/track/lead", new { clickId = token, eventName = "Sign up", customerExternalId = "c9" });
        await _server.EnrichAsync();
        Assert.Equal("Unknown", (await _server.GetAsync("/analytics?event=leads&groupBy=countries&interval=all"))[0]!["country"]!.GetValue<string>());

        await _server.DeliverAsync();
        await _server.EnrichAsync();

        Assert.Equal("FR", (await _server.GetAsync("/analytics?event=leads&groupBy=countries&interval=all"))[0]!["country"]!.GetValue<string>());
    }

    [EngineFact]
    public async Task A_time_series_has_every_bucket()
    {
        await ClickAsync();

        var series = (await _server.GetAsync("/analytics?groupBy=timeseries&interval=24h")).AsArray();

        // A day of hours, and the one that has just begun.
        Assert.Equal(25, series.Count);
        Assert.Equal("2026-05-03T13:00:00.000Z", series[0]!["start"]!.GetValue<string>());
        Assert.Equal(7, series.Sum(row => row!["raw"]!.GetValue<int>()));
        Assert.Equal(0, series[0]!["clicks"]!.GetValue<int>());
    }

    [EngineFact]
    public async Task A_span_of_time_chooses_clicks_by_the_hour()
    {
        await ClickAsync();

        Assert.Equal(7, (await _server.GetAsync("/analytics?start=2026-05-04T12:00:00Z&end=2026-05-04T13:00:00Z"))["raw"]!.GetValue<int>());
        Assert.Equal(0, (await _server.GetAsync("/analytics?start=2026-05-04T13:00:00Z&end=2026-05-04T14:00:00Z"))["raw"]!.GetValue<int>());
        Assert.Equal(7, (await _server.GetAsync("/analytics?start=2026-05-04&end=2026-05-04"))["raw"]!.GetValue<int>());
        Assert.Equal(0, (await _server.GetAsync("/analytics?start=2026-05-05&end=2026-05-06"))["raw"]!.GetValue<int>());
    }

    [EngineTheory]
    [InlineData("7d")]
    [InlineData("30d")]
    [InlineData("90d")]
    [InlineData("1y")]
    [InlineData("mtd")]
    [InlineData("qtd")]
    [InlineData("ytd")]
    [InlineData("all")]
    public async Task Every_interval_ends_now_and_adds_up(string interval)
    {
        await ClickAsync();

        var series = (await _server.GetAsync($"/analytics?groupBy=timeseries&interval={interval}&timezone=America/New_York")).AsArray();

        Assert.Equal(7, series.Sum(row => row!["raw"]!.GetValue<int>()));
        Assert.Equal(7, (await _server.GetAsync($"/analytics?interval={interval}"))["raw"]!.GetValue<int>());
    }

    [EngineFact]
    public async Task A_link_without_any_click_has_an_empty_count_and_series()
    {
        Assert.Equal(0, (await _server.GetAsync($"/analytics?interval=all&linkId={_ben}"))["raw"]!.GetValue<int>());
        Assert.Single((await _server.GetAsync($"/analytics?interval=all&groupBy=timeseries&linkId={_ben}")).AsArray());
    }

    [EngineFact]
    public async Task A_link_itself_tells_its_clicks()
    {
        await ClickAsync();

        var link = await _server.GetAsync($"/links/info?linkId={_ana}");

        Assert.Equal(3, link["clicks"]!.GetValue<int>());
        Assert.Equal("2026-05-04T12:02:00.000Z", link["lastClicked"]!.GetValue<string>());
    }

    [EngineTheory]
    [InlineData("/analytics?event=views", 422, "unprocessable_entity", "event")]
    [InlineData("/analytics?groupBy=colours", 422, "unprocessable_entity", "groupBy")]
    [InlineData("/analytics?groupBy=cities", 422, "unprocessable_entity", "groupBy")]
    [InlineData("/analytics?groupBy=regions", 422, "unprocessable_entity", "groupBy")]
    [InlineData("/analytics?interval=2d", 422, "unprocessable_entity", "interval")]
    [InlineData("/analytics?timezone=Mars/Olympus", 422, "unprocessable_entity", "timezone")]
    [InlineData("/analytics?start=yesterday", 422, "unprocessable_entity", "start")]
    [InlineData("/analytics?end=9999-12-31", 422, "unprocessable_entity", "end")]
    [InlineData("/analytics?end=9999-12-31T23:30:00Z&groupBy=timeseries", 422, "unprocessable_entity", "end")]
    [InlineData("/analytics?end=9999-12-31T23:30:00Z&groupBy=timeseries&timezone=Asia/Tokyo", 422, "unprocessable_entity", "end")]
    [InlineData("/analytics?root=true", 422, "unprocessable_entity", "root")]
    [InlineData("/analytics?programId=prog_none", 404, "not_found", "prog_none")]
    [InlineData("/events?programId=prog_none", 404, "not_found", "prog_none")]
    [InlineData("/analytics?start=2026-05-05&end=2026-05-01", 422, "unprocessable_entity", "start")]
    [InlineData("/analytics?city=Berlin", 422, "unprocessable_entity", "city")]
    [InlineData("/analytics?tagIds=a", 422, "unprocessable_entity", "tagIds")]
    [InlineData("/analytics?linkId=link_none", 404, "not_found", "link_none")]
    [InlineData("/analytics?key=none", 404, "not_found", "none")]
    [InlineData("/events?event=composite", 422, "unprocessable_entity", "event")]
    [InlineData("/events?limit=1001", 422, "unprocessable_entity", "limit")]
    [InlineData("/events?page=0", 422, "unprocessable_entity", "page")]
    [InlineData("/events?page=1000&limit=1000", 422, "unprocessable_entity", "page")]
    [InlineData("/events?sortOrder=up", 422, "unprocessable_entity", "sortOrder")]
    [InlineData("/events?sortBy=amount", 422, "unprocessable_entity", "sortBy")]
    [InlineData("/events?disposition=human", 422, "unprocessable_entity", "disposition")]
    public async Task Wrong_parameters_are_refused_by_name(string path, int status, string code, string named)
    {
        var refusal = await _server.RefusalAsync(path);

        Assert.Equal((status, code), (refusal.Status, refusal.Code));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_click_event_has_every_field_a_client_asks_for()
    {
        var tokens = await ClickAsync();

        var events = (await _server.GetAsync("/events?event=clicks&interval=all")).AsArray();

        Assert.Equal(3, events.Count);
        var newest = events[0]!.AsObject();
        Assert.Equal(["event", "timestamp", "click", "link", "click_id", "link_id", "domain", "key", "url", "continent", "country", "city", "device", "browser", "os", "qr", "ip"], newest.Select(field => field.Key));
        Assert.Equal(
            $$"""{"id":"{{tokens[2]}}","timestamp":"2026-05-04T12:02:00.000Z","url":"https://shop.example/p?utm_source=mail","country":"Unknown","city":"Unknown","region":"Unknown","continent":"Unknown","device":"Desktop","browser":"Chrome","os":"Windows","trigger":"link","referer":"(direct)","refererUrl":"(direct)","qr":false,"ip":"","ua":"{{TestClick.Chrome}}","channel":"direct","disposition":"valid"}""",
            newest["click"]!.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal(("click", "DE", "EU", 1), ((string)newest["event"]!, (string)events[2]!["country"]!, (string)events[2]!["continent"]!, (int)events[2]!["qr"]!));
        foreach (var field in (string[])["trackConversion", "archived", "proxy", "rewrite", "doIndex", "publicStats"])
        {
            Assert.NotNull(newest["link"]![field]);
        }

        Assert.True(newest["link"]!.AsObject().ContainsKey("testStartedAt") && newest["link"]!.AsObject().ContainsKey("testCompletedAt"));
    }

    [EngineFact]
    public async Task Events_come_in_pages_in_either_order_and_by_disposition()
    {
        await ClickAsync();

        Assert.Equal(7, (await _server.GetAsync("/events?disposition=all&interval=all")).AsArray().Count);
        Assert.Equal("head", Assert.Single((await _server.GetAsync("/events?disposition=head&interval=all")).AsArray())!["click"]!["disposition"]!.GetValue<string>());
        var up = (await _server.GetAsync("/events?disposition=all&interval=all&sortOrder=asc")).AsArray().Select(Id).ToList();
        var down = new List<string>();
        for (var page = 1; page <= 4; page++)
        {
            down.AddRange((await _server.GetAsync($"/events?disposition=all&interval=all&limit=2&page={page}")).AsArray().Select(Id));
        }

        Assert.Equal(up, down.AsEnumerable().Reverse());
        Assert.Single((await _server.GetAsync("/events?interval=all&country=DE")).AsArray());

        static string Id(JsonNode? row) => row!["click"]!["id"]!.GetValue<string>();
    }

    [EngineFact]
    public async Task Lead_and_sale_events_tell_click_customer_and_amount()
    {
        var tokens = await ClickAsync();
        await _server.PostAsync("/track/lead", new { clickId = tokens[0], eventName = "Sign up", customerExternalId = "c1", metadata = new { plan = "pro" } });
        await _server.PostAsync("/track/sale", new { customerExternalId = "c1", amount = 4990, currency = "usd", invoiceId = "i1", paymentProcessor = "stripe" });
        await _server.EnrichAsync();

        var lead = Assert.Single((await _server.GetAsync("/events?event=leads&interval=all")).AsArray())!;
        Assert.Equal(("lead", "Sign up", "c1", tokens[0], "DE", "pro"), ((string)lead["event"]!, (string)lead["eventName"]!, (string)lead["customer"]!["externalId"]!, (string)lead["click"]!["id"]!, (string)lead["click"]!["country"]!, (string)lead["metadata"]!["plan"]!));

        var sale = Assert.Single((await _server.GetAsync("/events?event=sales&interval=all&device=Mobile")).AsArray())!;
        Assert.Equal("""{"amount":4990,"currency":"usd","paymentProcessor":"stripe","invoiceId":"i1"}""", sale["sale"]!.ToJsonString());
        Assert.Equal((4990, "i1", "stripe"), ((int)sale["saleAmount"]!, (string)sale["invoice_id"]!, (string)sale["payment_processor"]!));
        Assert.Empty((await _server.GetAsync("/events?event=sales&interval=all&device=Desktop")).AsArray());
    }

    [EngineFact]
    public async Task A_conversion_without_a_known_click_came_by_link_for_events_as_for_sums()
    {
        var token = _server.ClickLater(new TestClick { Link = _anaNumber, At = ReportServer.Noon })[0];
        await _server.PostAsync("/track/lead", new { clickId = token, eventName = "Sign up", customerExternalId = "c1" });

        Assert.Equal("link", (string)Assert.Single((await _server.GetAsync("/events?event=leads&interval=all&trigger=link")).AsArray())!["click"]!["trigger"]!);
        Assert.Equal(1, (await _server.GetAsync("/analytics?event=leads&interval=all&trigger=link"))["leads"]!.GetValue<int>());
        Assert.Empty((await _server.GetAsync("/events?event=leads&interval=all&trigger=qr")).AsArray());
    }

    // Three people, one of them twice, and a preview, a prefetch and a HEAD.
    private Task<string[]> ClickAsync()
    {
        var noon = ReportServer.Noon;
        return _server.ClickAsync(
            new TestClick { Link = _anaNumber, At = noon, Agent = TestClick.Iphone, Country = "DE", Referrer = "https://t.co", Hints = ClickHints.Qr },
            new TestClick { Link = _anaNumber, At = noon.AddMinutes(1), Visitor = 2, Country = "US", Referrer = "https://t.co", Channel = "podcast" },
            new TestClick { Link = _anaNumber, At = noon.AddMinutes(2), Visitor = 3 },
            new TestClick { Link = _anaNumber, At = noon.AddMinutes(3), Visitor = 3 },
            new TestClick { Link = _anaNumber, At = noon.AddMinutes(4), Visitor = 4, Agent = TestClick.Preview },
            new TestClick { Link = _anaNumber, At = noon.AddMinutes(5), Visitor = 5, Hints = ClickHints.Prefetch, Country = "DE" },
            new TestClick { Link = _anaNumber, At = noon.AddMinutes(6), Visitor = 6, Head = true, Country = "DE" });
    }
}

public sealed class AnalyticsApiTestsOnSqlite : AnalyticsApiTests;

[OnPostgres]
public sealed class AnalyticsApiTestsOnPostgres : AnalyticsApiTests;
