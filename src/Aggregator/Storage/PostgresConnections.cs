namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// The most connections to PostgreSQL that one Aggregator opens, by what they are for. Two of them fit into the hundred that a server
/// takes unless told otherwise, three of which it keeps for its administrator; for each further one it needs <see cref="Total"/> more.
/// </summary>
internal static class PostgresConnections
{
    public const int Readers = 19;

    /// <summary>There is one writer at a time in the whole installation.</summary>
    public const int Writer = 1;

    /// <summary>Each <see cref="LoneService"/> has one of its own: it holds it as long as its work takes, and asks for it every second while another has it.</summary>
    public const int Leases = 5;

    /// <summary>Counters are at work for some milliseconds of a snapshot's interval; beside them reports.</summary>
    public const int Counts = 20;

    /// <summary>Who counts what, apart from reports: leases that wait behind them would run out.</summary>
    public const int Sharing = 3;

    public const int Total = Readers + Writer + Leases + Counts + Sharing;
}
