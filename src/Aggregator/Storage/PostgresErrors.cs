using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace LinkTracker.Aggregator.Storage;

/// <summary>Which errors of PostgreSQL pass by themselves, and which leave open what happened.</summary>
internal static class PostgresErrors
{
    // The server ended a transaction in which this process said nothing for too long.
    private const string IdleInTransaction = "25P03";

    /// <summary>
    /// Whether another try may succeed although nothing is changed in the program: the server is away, starting, stopping, full,
    /// a standby or set up wrongly, or others held a lock for too long.
    /// </summary>
    public static bool IsPassing(DbException error) => error is not PostgresException { SqlState: var state } || IsConnections(state) || state is
        IdleInTransaction or
        PostgresErrorCodes.ReadOnlySqlTransaction or
        PostgresErrorCodes.LockNotAvailable or
        PostgresErrorCodes.QueryCanceled or
        PostgresErrorCodes.SerializationFailure or
        PostgresErrorCodes.DeadlockDetected or
        PostgresErrorCodes.InvalidCatalogName or
        PostgresErrorCodes.InvalidSchemaName or
        PostgresErrorCodes.InsufficientPrivilege or

        // Two processes made the same id in the same millisecond: the writer's lock leaves no other way to meet a key that was free.
        PostgresErrorCodes.UniqueViolation || IsStalePlan(error);

    /// <summary>A prepared statement from before another process changed the tables.</summary>
    public static bool IsStalePlan(DbException error) => error is PostgresException { SqlState: PostgresErrorCodes.FeatureNotSupported };

    /// <summary>Whether the connection had died before, rather than the server now.</summary>
    public static bool IsLost(NpgsqlException error) => error switch
    {
        PostgresException { SqlState: var state } => state is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
        _ => error.InnerException is IOException and not { InnerException: TimeoutException },
    };

    /// <summary>Whether a COMMIT that met this error may have taken effect. An answer of the server says that it did not, unless it was going down.</summary>
    public static bool LeavesOpen(NpgsqlException error) => error is not PostgresException { SqlState: var state } || state[..2] is "08" or "57";

    public static StoreUnavailableException ToUnavailable(DbException error, bool mayBeStored = false) =>
        new(ReasonOf(error), error, mayBeStored, tookTooLong: error is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled });

    // Classes of SQLSTATE: connection, authorization, resources, intervention of an operator, the server's own input and output.
    private static bool IsConnections(string state) => state[..2] is "08" or "28" or "53" or "57" or "58";

    /// <summary>
    /// Why, for the operator. The driver's own sentence names the server's address; what lies below it says why. The server's own names this
    /// process's address when it does not let it in.
    /// </summary>
    public static string ReasonOf(DbException error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification and var state } =>
            $"the server does not let this process in: it has no such role, or no line for it in pg_hba.conf ({state}).",
        PostgresException { MessageText: var text, SqlState: var state } => $"{text} ({state}).",
        { InnerException: SocketException { SocketErrorCode: var code } } => $"the server cannot be reached ({code}).",
        { InnerException: TimeoutException } or { InnerException.InnerException: TimeoutException } => "the server did not answer in time.",
        { InnerException: null } => "no connection is free, or the server cannot be reached.",
        _ => "the connection to the server was lost.",
    };
}
