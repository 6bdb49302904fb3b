namespace LinkTracker.Servers;

/// <summary>What a test may need beyond .NET, and <c>tests/run</c> installs where it can.</summary>
public enum Need
{
    AcceptanceScript,
    Chromium,
    Curl,
    Kafka,
    Postgres,
    Python,
    Redis,
    SlowHttpTest,
    Strace,
    Toxiproxy,
}
