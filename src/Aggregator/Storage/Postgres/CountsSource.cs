using Npgsql;

namespace LinkTracker.Aggregator.Storage.Postgres;

/// <summary>Connections for the counts, apart from those of the relational store: neither takes the other's.</summary>
internal static class CountsSource
{
    // A snapshot's interval is some seconds of clicks. A holder that froze inside of its commit is cut off, and gives the partition's row
    // free, before the one after it gives up waiting for it.
    private static readonly PostgresLimits Limits = new(Statement: TimeSpan.FromSeconds(60), Lock: TimeSpan.FromSeconds(10), Idle: TimeSpan.FromSeconds(5));

    /// <param name="connectionString">The value of <c>ConnectionStrings__Postgres</c>.</param>
    /// <param name="most">Connections at the same time: one for each partition that is counted at once, and for each report.</param>
    /// <exception cref="ServiceDefaults.SettingsException">It is no connection string.</exception>
    public static NpgsqlDataSource Open(string connectionString, int most) => PostgresSource.Open(connectionString, most, Limits);
}
