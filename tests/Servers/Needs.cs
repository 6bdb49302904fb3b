namespace LinkTracker.Servers;

internal static class Needs
{
    /// <summary>Says that a test could not be run by any means here: <c>tests/run</c> looks for these words.</summary>
    private const string NotToBeHad = "is not to be had here";

    /// <returns>What is missing and how to get it; null when all is there.</returns>
    public static string? Missing(IEnumerable<Need> needs)
    {
        var missing = needs.Select(Missing).OfType<string>().ToArray();
        return missing.Length == 0 ? null : string.Join("; ", missing);
    }

    private static string? Missing(Need need) => need switch
    {
        Need.AcceptanceScript => Given(File.Exists(Path.Combine(Repository.Shared, "accept/main_job.py")), "the acceptance script", "it comes beside the checkout"),
        Need.Chromium => Installed("chromium", "chromium"),
        Need.Curl => Installed("curl", "curl"),
        Need.Kafka => Given(KafkaBroker.Home is not null, "Kafka", "set KAFKA_HOME to an unpacked Apache Kafka 4.1")
            ?? Installed("java", "openjdk-17-jre-headless") ?? Installed("kcat", "kcat"),
        Need.Postgres => PostgresServer.Programs is not null ? null : "postgres is missing: install Debian's package postgresql",
        Need.Python => Installed("python3", "python3"),
        Need.Redis => Installed("redis-server", "redis-server"),
        Need.SlowHttpTest => Installed("slowhttptest", "slowhttptest"),
        Need.Strace => Installed("strace", "strace"),
        Need.Toxiproxy => Given(Toxiproxy.IsThere, "toxiproxy", "put toxiproxy-server on the PATH"),
        _ => throw new ArgumentOutOfRangeException(nameof(need), need, "not in the table"),
    };

    private static string? Installed(string program, string package) =>
        Programs.Find(program) is not null ? null : $"{program} is missing: install Debian's package {package}";

    // No registry has these. Where others of their kind stand beside the checkout, a missing one is a mistake.
    private static string? Given(bool isThere, string what, string advice) =>
        isThere ? null : $"{what} {(Directory.Exists(Repository.Shared) ? "is missing" : NotToBeHad)}: {advice}";
}
