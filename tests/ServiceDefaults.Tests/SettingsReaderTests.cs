using Microsoft.Extensions.Configuration;

namespace LinkTracker.ServiceDefaults.Tests;

public sealed class SettingsReaderTests
{
    private static readonly string Secret32 = Convert.ToBase64String(new byte[32]);

    [Fact]
    public void Nothing_given_means_the_defaults() => Assert.Equal(new Settings(), Read());

    [Fact]
    public void Empty_values_mean_the_defaults() =>
        Assert.Equal(new Settings(), Read([.. SettingsTable.All.Select(s => (s.Name, ""))]));

    [Fact]
    public void The_default_text_of_every_setting_is_its_default()
    {
        foreach (var setting in SettingsTable.All.Where(s => s.Default.Length > 0))
        {
            Assert.Equal(new Settings(), Read((setting.Name, setting.Default)));
        }
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var read = Read(
            ("LinkTracker:Data", "/var/lib/lt"), ("LinkTracker:AdminKey", "a phrase of many words"), ("LinkTracker:Secret", Secret32),
            ("LinkTracker:PreviousSecret", Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 40)])),
            ("LinkTracker:ShortUrl", "https://Kurz.Bücher.example/"), ("Edge:Url", "http://0.0.0.0:80"), ("Edge:AdminUrl", "http://[::1]:9000"),
            ("Edge:LinksFile", "links.jsonl"), ("Edge:Durability", "Buffered"), ("Edge:DurableWaitMs", "1"), ("Edge:FastLane", "FALSE"),
            ("Edge:CommitIntervalMs", "10000"), ("Edge:LogRetentionHours", "8760"), ("Edge:NotFoundUrl", "https://shop.example.com/ü"),
            ("Edge:ExpiredUrl", "https://shop.example.com/expired?x=1"), ("Edge:TokenParameter", "click.id"), ("Edge:CountryHeader", "CF-IPCountry"),
            ("Edge:AddressHeader", "X-Forwarded-For"), ("Edge:LinkMemoryMiB", "64"), ("Aggregator:Url", "http://localhost:0"),
            ("Aggregator:AttributionWindowDays", "365"), ("Aggregator:ClickRetentionDays", "3650"), ("Aggregator:Currency", "EUR"),
            ("Edge:BacklogMiB", "64"), ("Aggregator:SnapshotSeconds", "600"), ("Kafka:BootstrapServers", "kafka-1:9092,[::1]:9093"), ("Kafka:Partitions", "1024"),
            ("Kafka:PublishEvents", "true"), ("Redis:Configuration", "redis:6379,password=hunter2"), ("ConnectionStrings:Postgres", "Host=db;Password=hunter2"));

        Assert.Equal(new byte[32], read.Secret);
        Assert.Equal(40, read.PreviousSecret!.Length);
        Assert.Equal("kurz.xn--bcher-kva.example", read.DefaultDomain);
        Assert.Equal("https://shop.example.com/%C3%BC", read.NotFoundUrl!.OriginalString);
        Assert.Equal(
            new Settings
            {
                Data = "/var/lib/lt",
                AdminKey = "a phrase of many words",
                Secret = read.Secret,
                PreviousSecret = read.PreviousSecret,
                ShortUrl = new Uri("https://kurz.xn--bcher-kva.example/"),
                EdgeUrl = new Uri("http://0.0.0.0:80"),
                EdgeAdminUrl = new Uri("http://[::1]:9000"),
                LinksFile = "links.jsonl",
                Durable = false,
                DurableWait = TimeSpan.FromMilliseconds(1),
                FastLane = false,
                CommitInterval = TimeSpan.FromSeconds(10),
                LogRetention = TimeSpan.FromDays(365),
                NotFoundUrl = read.NotFoundUrl,
                ExpiredUrl = new Uri("https://shop.example.com/expired?x=1"),
                TokenParameter = "click.id",
                CountryHeader = "CF-IPCountry",
                AddressHeader = "X-Forwarded-For",
                LinkMemoryMiB = 64,
                AggregatorUrl = new Uri("http://localhost:0"),
                AttributionWindow = TimeSpan.FromDays(365),
                ClickRetention = TimeSpan.FromDays(3_650),
                Currency = "eur",
                BacklogMiB = 64,
                SnapshotInterval = TimeSpan.FromMinutes(10),
                KafkaBootstrapServers = "kafka-1:9092,[::1]:9093",
                KafkaPartitions = 1_024,
                PublishEvents = true,
                RedisConfiguration = "redis:6379,password=hunter2",
                PostgresConnection = "Host=db;Password=hunter2",
            },
            read);
    }

    [Fact]
    public void Names_are_read_in_any_case_and_other_prefixes_are_left_alone()
    {
        var read = Read(("edge:durablewaitms", "7"), ("Logging:LogLevel:Default", "Debug"), ("EdgeX:Url", "?"), ("Edge", "a browser"), ("Urls", "?"));
        Assert.Equal(TimeSpan.FromMilliseconds(7), read.DurableWait);
    }

    [Theory]
    [InlineData("Edge:DurableWaitMs", "0", "Edge__DurableWaitMs is '0', but must be a whole number from 1 to 60000.")]
    [InlineData("Edge:DurableWaitMs", "60001", "Edge__DurableWaitMs is '60001', but must be a whole number from 1 to 60000.")]
    [InlineData("Edge:DurableWaitMs", "2s", "Edge__DurableWaitMs is '2s', but must be a whole number from 1 to 60000.")]
    [InlineData("Edge:DurableWaitMs", "-1", "Edge__DurableWaitMs is '-1', but must be a whole number from 1 to 60000.")]
    [InlineData("Edge:CommitIntervalMs", "10001", "Edge__CommitIntervalMs is '10001', but must be a whole number from 1 to 10000.")]
    [InlineData("Edge:LogRetentionHours", "8761", "Edge__LogRetentionHours is '8761', but must be a whole number from 1 to 8760.")]
    [InlineData("Edge:LinkMemoryMiB", "63", "Edge__LinkMemoryMiB is '63', but must be a whole number from 64 to 65536.")]
    [InlineData("Edge:Durability", "fast", "Edge__Durability is 'fast', but must be durable or buffered.")]
    [InlineData("Edge:FastLane", "yes", "Edge__FastLane is 'yes', but must be true or false.")]
    [InlineData("Edge:Url", "8080", "Edge__Url is '8080', but must be http:// with an IP address or localhost, without a path (0.0.0.0 for every network).")]
    [InlineData("Edge:Url", "http://*:8080", "Edge__Url is 'http://*:8080', but must be http:// with an IP address or localhost, without a path (0.0.0.0 for every network).")]
    [InlineData("Edge:AdminUrl", "http://internal-admin.example:18082", "Edge__AdminUrl is 'http://internal-admin.example:18082', but must be http:// with an IP address or localhost, without a path (0.0.0.0 for every network).")]
    [InlineData("Edge:AdminUrl", "http://admin.example:0", "Edge__AdminUrl is 'http://admin.example:0', but must be http:// with an IP address or localhost, without a path (0.0.0.0 for every network).")]
    [InlineData("Edge:AdminUrl", "https://[::1]:1", "Edge__AdminUrl is 'https://[::1]:1', but must be http:// with an IP address or localhost, without a path (0.0.0.0 for every network).")]
    [InlineData("Aggregator:Url", "http://localhost/b", "Aggregator__Url is 'http://localhost/b', but must be http:// with an IP address or localhost, without a path (0.0.0.0 for every network).")]
    [InlineData("Aggregator:Url", "http://u@localhost:0", "Aggregator__Url is 'http://u@localhost:0', but must be http:// with an IP address or localhost, without a path (0.0.0.0 for every network).")]
    [InlineData("LinkTracker:ShortUrl", "go.example.com", "LinkTracker__ShortUrl is 'go.example.com', but must be an http or https address without a path.")]
    [InlineData("LinkTracker:ShortUrl", "https://a/b", "LinkTracker__ShortUrl is 'https://a/b', but must be an http or https address without a path.")]
    [InlineData("LinkTracker:ShortUrl", "https://a/#b", "LinkTracker__ShortUrl is 'https://a/#b', but must be an http or https address without a path.")]
    [InlineData("Edge:NotFoundUrl", "/404", "Edge__NotFoundUrl is '/404', but must be an http or https address outside the short domain.")]
    [InlineData("Edge:NotFoundUrl", "http://localhost:8080/x", "Edge__NotFoundUrl is 'http://localhost:8080/x', but must be an http or https address outside the short domain.")]
    [InlineData("Edge:ExpiredUrl", "http://127.0.0.1:8080/x", "Edge__ExpiredUrl is 'http://127.0.0.1:8080/x', but must be an http or https address outside the short domain.")]
    [InlineData("Edge:TokenParameter", "a&b", "Edge__TokenParameter is 'a&b', but must be 1 to 64 letters, digits, '-', '.', '_' or '~'.")]
    [InlineData("Edge:CountryHeader", "a b", "Edge__CountryHeader is 'a b', but must be the name of an HTTP header.")]
    [InlineData("Edge:AddressHeader", "a:", "Edge__AddressHeader is 'a:', but must be the name of an HTTP header.")]
    [InlineData("Aggregator:AttributionWindowDays", "366", "Aggregator__AttributionWindowDays is '366', but must be a whole number from 1 to 365.")]
    [InlineData("Aggregator:ClickRetentionDays", "0", "Aggregator__ClickRetentionDays is '0', but must be a whole number from 1 to 3650.")]
    [InlineData("Aggregator:Currency", "euro", "Aggregator__Currency is 'euro', but must be an ISO 4217 code of three letters.")]
    [InlineData("Kafka:Partitions", "0", "Kafka__Partitions is '0', but must be a whole number from 1 to 1024.")]
    [InlineData("Kafka:BootstrapServers", "kafka", "Kafka__BootstrapServers is 'kafka', but must be hosts with ports, such as kafka-1:9092,kafka-2:9092.")]
    [InlineData("Kafka:BootstrapServers", "k:9092,", "Kafka__BootstrapServers is 'k:9092,', but must be hosts with ports, such as kafka-1:9092,kafka-2:9092.")]
    [InlineData("Kafka:PublishEvents", "yes", "Kafka__PublishEvents is 'yes', but must be true or false.")]
    [InlineData("Edge:BacklogMiB", "63", "Edge__BacklogMiB is '63', but must be a whole number from 64 to 16777216.")]
    [InlineData("Aggregator:SnapshotSeconds", "0", "Aggregator__SnapshotSeconds is '0', but must be a whole number from 1 to 600.")]
    [InlineData("Aggregator:WebhookHosts", "hooks.internal:80", "Aggregator__WebhookHosts is 'hooks.internal:80', but must be hosts without ports, such as hooks.internal,10.0.0.7.")]
    [InlineData("Aggregator:WebhookHosts", "a,,b", "Aggregator__WebhookHosts is 'a,,b', but must be hosts without ports, such as hooks.internal,10.0.0.7.")]
    [InlineData("Edge:Durability", "x\r\ny", "Edge__Durability is 'x??y', but must be durable or buffered.")]
    public void A_wrong_value_is_told_with_its_name_and_what_it_may_be(string name, string value, string message) =>
        Assert.Equal(message, Assert.Throws<SettingsException>(() => Read((name, value))).Message);

    [Theory]
    [InlineData("LinkTracker:AdminKey", "fifteen letters")]
    [InlineData("LinkTracker:AdminKey", "ends with a space ")]
    [InlineData("LinkTracker:AdminKey", "ein langer Schlüssel")]
    [InlineData("LinkTracker:Secret", "not*base64")]
    [InlineData("LinkTracker:Secret", "c2hvcnQ=")]
    [InlineData("LinkTracker:PreviousSecret", "c2hvcnQ=")]
    public void A_wrong_secret_is_told_without_its_value(string name, string value)
    {
        var message = Assert.Throws<SettingsException>(() => Read((name, value))).Message;
        Assert.StartsWith(Setting.EnvironmentNameOf(name) + " has a value that is not shown, but must be ", message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Edge:DurableWait", "Edge__DurableWait is not a setting: did you mean Edge__DurableWaitMs? Correct or remove it.")]
    [InlineData("Edge:Durable", "Edge__Durable is not a setting: did you mean Edge__Durability? Correct or remove it.")]
    [InlineData("Linktracker:datas", "LinkTracker__datas is not a setting: did you mean LinkTracker__Data? Correct or remove it.")]
    [InlineData("Edge:Url:Port", "Edge__Url__Port is not a setting: did you mean Edge__Url? Correct or remove it.")]
    [InlineData("ConnectionStrings:Postgre", "ConnectionStrings__Postgre is not a setting: did you mean ConnectionStrings__Postgres? Correct or remove it.")]
    public void An_unknown_name_is_told_with_the_nearest_one(string name, string message) =>
        Assert.Equal(message, Assert.Throws<SettingsException>(() => Read((name, "x"))).Message);

    [Fact]
    public void A_long_value_is_told_in_part()
    {
        var message = Assert.Throws<SettingsException>(() => Read(("Edge:Url", new string('x', 10_000)))).Message;
        Assert.Contains("xxx…'", message, StringComparison.Ordinal);
        Assert.True(message.Length < 250);
    }

    [Theory]
    [InlineData("https://go.example.com/x")]
    [InlineData("http://go.example.com:18080/x")]
    [InlineData("http://127.0.0.1:18080/x")]
    public void A_page_where_short_links_answer_is_refused(string page) =>
        Assert.StartsWith("Edge__NotFoundUrl is ", Assert.Throws<SettingsException>(() => Read(
            ("LinkTracker:ShortUrl", "https://go.example.com"), ("Edge:Url", "http://0.0.0.0:18080"), ("Edge:NotFoundUrl", page))).Message, StringComparison.Ordinal);

    private static Settings Read(params (string Name, string Value)[] values) => SettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Name, (string?)v.Value))).Build());
}
