namespace LinkTracker.Aggregator.Storage;

/// <summary>What differs between the engines of the relational store: connections, locks, and the little SQL that is not the same.</summary>
internal abstract class SqlEngine : IDisposable
{
    /// <summary>The part of a script's name that keeps it to this engine: <c>0002_name.postgres.sql</c>.</summary>
    public abstract string Name { get; }

    /// <summary>How long a writer of this process waits for the one before it.</summary>
    public abstract TimeSpan LongestTurn { get; }

    /// <summary>Whether it has <c>unnest</c>: one round trip for many rows. Who has no round trips needs none.</summary>
    public abstract bool TakesArrays { get; }

    /// <summary>Runs reads on one snapshot.</summary>
    /// <exception cref="StoreUnavailableException">The server does not answer.</exception>
    public abstract T Read<T>(Func<Session, T> work);

    /// <summary>
    /// Runs the work in one transaction that no other writer of the installation overlaps, and commits it. The caller lets one
    /// in at a time.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The server does not answer, or cannot be written now.</exception>
    public abstract T Write<T>(Func<Session, T> work);

    /// <summary>Null when another process holds that name.</summary>
    /// <exception cref="StoreUnavailableException">The server does not answer.</exception>
    public abstract Task<Lease?> TryHoldAsync(string name, CancellationToken cancellation);

    /// <summary>A script of tables as this engine needs it.</summary>
    public virtual string Adapt(string script) => script;

    /// <summary>Before the scripts run: checks that the database is one for them, and lets each take as long as it needs.</summary>
    /// <exception cref="ServiceDefaults.SettingsException">It is not.</exception>
    public virtual void Prepare(Session session)
    {
    }

    /// <summary>The condition that the column has one of the values of an array that is passed as this parameter.</summary>
    public abstract string In(string column, string parameter);

    public abstract void Dispose();
}
