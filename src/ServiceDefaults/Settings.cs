namespace LinkTracker.ServiceDefaults;

/// <summary>
/// Every setting there is, with its default. A process accepts all of them, whether it uses them or not, and refuses
/// to start on a wrong value or an unknown name (see <see cref="SettingsReader"/>).
/// </summary>
public sealed record Settings
{
    /// <summary>Folder of the log, the SQLite files and the secret. Relative to the caller's folder.</summary>
    public string Data { get; init; } = "./data";

    /// <summary>Bearer key with every scope, 16 printable ASCII characters or more; null: made at first start and shown once.</summary>
    public string? AdminKey { get; init; }

    /// <summary>32 bytes or more; null: made at first start and kept in the data folder.</summary>
    public byte[]? Secret { get; init; }

    public byte[]? PreviousSecret { get; init; }

    /// <summary>Public base of short links; its host is the default domain.</summary>
    public Uri ShortUrl { get; init; } = new("http://127.0.0.1:8080");

    public Uri EdgeUrl { get; init; } = new("http://127.0.0.1:8080");

    public Uri EdgeAdminUrl { get; init; } = new("http://127.0.0.1:8082");

    public Uri AggregatorUrl { get; init; } = new("http://127.0.0.1:8081");

    /// <summary>JSON Lines of links for an Edge alone; null in every other mode.</summary>
    public string? LinksFile { get; init; }

    /// <summary>Whether a redirect leaves only after the group commit that holds its click.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Longest wait for the group commit, 1 to 60,000 ms.</summary>
    public TimeSpan DurableWait { get; init; } = TimeSpan.FromMilliseconds(2_000);

    /// <summary>Whether plain requests are answered on the connection itself, in front of the HTTP pipeline.</summary>
    public bool FastLane { get; init; } = true;

    /// <summary>How often the buffered mode commits: the loss window of a power cut, 1 to 10,000 ms.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long clicks stay in the log after they were counted, 1 to 8,760 hours.</summary>
    public TimeSpan LogRetention { get; init; } = TimeSpan.FromHours(168);

    /// <summary>Where visitors of unknown, deleted and disabled links go; null: a small page.</summary>
    public Uri? NotFoundUrl { get; init; }

    /// <summary>Where visitors of expired links go when the link names no page of its own; null: a small page.</summary>
    public Uri? ExpiredUrl { get; init; }

    /// <summary>Name of the query parameter that carries the token.</summary>
    public string TokenParameter { get; init; } = "dub_id";

    /// <summary>Header of a trusted proxy that holds the visitor's country as two letters; null: unknown.</summary>
    public string? CountryHeader { get; init; }

    /// <summary>Header of a trusted proxy whose last entry is the visitor's address; null: the connection's own.</summary>
    public string? AddressHeader { get; init; }

    /// <summary>Most memory for the link table, 64 to 65,536 MiB.</summary>
    public int LinkMemoryMiB { get; init; } = 4_096;

    /// <summary>
    /// In the cluster: most clicks on this Edge's disk that Kafka has not taken, 64 to 16,777,216 MiB; beyond it, clicks are declared lost.
    /// </summary>
    public int BacklogMiB { get; init; } = 65_536;

    /// <summary>How long after a click a lead may still be credited to it, 1 to 365 days: written into rules that are made and do not say it themselves.</summary>
    public TimeSpan AttributionWindow { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How long single clicks are kept, 1 to 3,650 days; counts are kept for ever.</summary>
    public TimeSpan ClickRetention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>ISO 4217 code, lower case, of the money in reports; sales in others are kept and shown apart.</summary>
    public string Currency { get; init; } = "usd";

    /// <summary>File of the address ranges of datacentres; null: the rule that needs them judges nothing.</summary>
    public string? DatacentreRanges { get; init; }

    /// <summary>File of the hosts of pages that collect codes; null: likewise.</summary>
    public string? CouponSites { get; init; }

    /// <summary>File of the domains of throw-away mailboxes; null: likewise.</summary>
    public string? DisposableDomains { get; init; }

    /// <summary>Hosts of webhooks that may be on private networks, and may be reached without TLS.</summary>
    public IReadOnlyList<string> WebhookHosts { get; init; } = [];

    /// <summary>In the cluster: how often counts, positions and single clicks go to PostgreSQL, 1 to 600 s.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Brokers that clicks and links travel over, as hosts with ports; null: Edge and Aggregator share a process.</summary>
    public string? KafkaBootstrapServers { get; init; }

    /// <summary>Partitions of the topic of clicks, 1 to 1,024.</summary>
    public int KafkaPartitions { get; init; } = 12;

    /// <summary>Whether clicks, leads and sales are also published for other systems.</summary>
    public bool PublishEvents { get; init; }

    /// <summary>Where the counts are in the cluster; null: in a file of the data folder.</summary>
    public string? RedisConfiguration { get; init; }

    /// <summary>Where links, conversions and single clicks are in the cluster; null: in a file of the data folder.</summary>
    public string? PostgresConnection { get; init; }

    /// <summary>Host, and port unless it is the scheme's own, of <see cref="ShortUrl"/>.</summary>
    public string DefaultDomain => ShortUrl.Authority.ToLowerInvariant();

    /// <summary>Hosts with ports where short links answer, through a proxy and past it: a target there could lead in a circle.</summary>
    public IReadOnlyList<string> ShortHosts => [DefaultDomain, EdgeUrl.Authority, $"{ShortUrl.Host}:{EdgeUrl.Port}"];
}

/// <summary>A setting is wrong. The message is one line for the operator.</summary>
public sealed class SettingsException(string message) : Exception(message);
