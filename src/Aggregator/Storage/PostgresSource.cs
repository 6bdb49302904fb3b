using LinkTracker.ServiceDefaults;
using Npgsql;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// Pools of connections to PostgreSQL. Each carries limits, so that a process that froze or was cut off holds up the others for
/// seconds only: the server ends its transaction by itself.
/// </summary>
internal static class PostgresSource
{
    // How long each side waits for the other before it takes the connection for lost, in seconds.
    private const int ConnectSeconds = 5;
    private const int KeepaliveSeconds = 5;
    private const int ProbeSeconds = 2;
    private const int Probes = 3;

    // Beyond the server's own limit, so that its error comes first; without one it is a server that does not answer.
    private const int AnswerSeconds = 2;

    // Enough for every statement there is; each is parsed and planned once on a connection.
    private const int PreparedStatements = 200;

    /// <summary>
    /// For statements that look things up by keys. A prepared one keeps its plan, and one that was made while a table was empty reads all of it until
    /// the server looks at the table by itself, a minute or more later. A scan stays the last resort, at a cost that must not make the server compile it.
    /// </summary>
    public const string Seeks = "-c enable_seqscan=off -c jit=off";

    /// <summary>For statements that read much or little: each time by what the tables and the arguments are then.</summary>
    public const string Anew = "-c plan_cache_mode=force_custom_plan";

    /// <param name="text">The value of <c>ConnectionStrings__Postgres</c>.</param>
    /// <param name="most">Connections at the same time.</param>
    /// <exception cref="SettingsException">The text is no connection string. The message does not show it.</exception>
    /// <param name="plans">How statements that were prepared are planned; empty: as the server does by itself.</param>
    public static NpgsqlDataSource Open(string text, int most, PostgresLimits limits, string plans = "")
    {
        var builder = Parse(text);
        builder.ApplicationName ??= "linktracker";
        builder.MaxPoolSize = most;
        builder.Timeout = ConnectSeconds;
        builder.CommandTimeout = (int)limits.Statement.TotalSeconds + AnswerSeconds;

        // The server ends the statement by itself: nobody waits for its answer to a request to cancel.
        builder.CancellationTimeout = -1;
        builder.TcpKeepAlive = true;
        builder.TcpKeepAliveTime = KeepaliveSeconds;
        builder.TcpKeepAliveInterval = ProbeSeconds;
        builder.MaxAutoPrepare = PreparedStatements;
        builder.AutoPrepareMinUsages = 2;
        builder.Options = $"{builder.Options} {OptionsOf(limits)} {plans}".Trim();

        // Values of rows, such as a customer's address, would come into the log with an error.
        builder.IncludeErrorDetail = false;
        builder.LogParameters = false;
        return new NpgsqlDataSourceBuilder(builder.ConnectionString).Build();
    }

    private static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            if (new NpgsqlConnectionStringBuilder(text) is { Host.Length: > 0 } builder)
            {
                return builder;
            }
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or KeyNotFoundException)
        {
            // Its text may hold a part of the value.
        }

        throw new SettingsException(
            "ConnectionStrings__Postgres has a value that is not shown, but must be a connection string such as Host=db;Database=linktracker;Username=linktracker;Password=…");
    }

    private static string OptionsOf(PostgresLimits limits) => string.Join(' ',
    [
        $"-c statement_timeout={Milliseconds(limits.Statement)}",
        $"-c lock_timeout={Milliseconds(limits.Lock)}",
        $"-c idle_in_transaction_session_timeout={Milliseconds(limits.Idle)}",
        $"-c tcp_keepalives_idle={KeepaliveSeconds}",
        $"-c tcp_keepalives_interval={ProbeSeconds}",
        $"-c tcp_keepalives_count={Probes}",
        $"-c tcp_user_timeout={(KeepaliveSeconds + (ProbeSeconds * Probes)) * 1_000}",
    ]);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}

/// <summary>What the server ends by itself.</summary>
/// <param name="Statement">A statement that takes longer, with its wait for locks.</param>
/// <param name="Lock">A statement that waits longer for a lock.</param>
/// <param name="Idle">A transaction in which the client says nothing for longer.</param>
internal sealed record PostgresLimits(TimeSpan Statement, TimeSpan Lock, TimeSpan Idle);
