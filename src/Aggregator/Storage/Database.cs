namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// The relational store: links, partners, customers, conversions, keys and imports. One writer at a time in the whole
/// installation, so a transaction sees nothing change under it; any number of readers, each on a snapshot. A write that
/// returned is on disk.
/// </summary>
internal sealed class Database : IDisposable
{
    private readonly SqlEngine _engine;

    // Before the engine's own lock, always in this order: writers of one process queue here, not on connections of their own.
    private readonly SemaphoreSlim _turn = new(1, 1);

    private Database(SqlEngine engine) => _engine = engine;

    /// <summary>Brings the tables up to date. The engine is then the database's, also when this fails.</summary>
    /// <exception cref="ServiceDefaults.SettingsException">The database is from a newer version.</exception>
    /// <exception cref="StoreUnavailableException">The server does not answer.</exception>
    public static Database Open(SqlEngine engine)
    {
        var database = new Database(engine);
        try
        {
            database.Write(session => Migrations.Apply(session, engine));
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Runs reads on one snapshot.</summary>
    /// <exception cref="StoreUnavailableException">The server does not answer.</exception>
    public T Read<T>(Func<Session, T> work) => _engine.Read(work);

    /// <summary>
    /// As <see cref="Read"/>, for figures: null while the server does not answer. They are asked for most of all when something fails, and
    /// the health says what.
    /// </summary>
    public T? TryRead<T>(Func<Session, T> work)
        where T : class
    {
        try
        {
            return Read(work);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    /// <summary>
    /// Runs the work in one transaction of its own and commits it; an exception rolls everything back. The work must not
    /// call the database again other than through its session, nor catch the error of a statement and go on: PostgreSQL has
    /// given up the whole transaction then.
    /// </summary>
    /// <exception cref="StoreUnavailableException">
    /// The server does not answer, or others wrote for too long. Nothing was changed, unless it says that it may be stored.
    /// </exception>
    public async Task<T> WriteAsync<T>(Func<Session, T> work, CancellationToken cancellation) =>
        await _turn.WaitAsync(_engine.LongestTurn, cancellation) ? WriteInTurn(work) : throw NoTurn();

    /// <summary>As <see cref="WriteAsync"/>, for the start, when nobody else of this process writes.</summary>
    public T Write<T>(Func<Session, T> work) => _turn.Wait(_engine.LongestTurn) ? WriteInTurn(work) : throw NoTurn();

    /// <summary>Takes what one process of the installation may hold at a time. Null when another does.</summary>
    /// <exception cref="StoreUnavailableException">The server does not answer.</exception>
    public Task<Lease?> TryHoldAsync(string name, CancellationToken cancellation) => _engine.TryHoldAsync(name, cancellation);

    public void Dispose()
    {
        _engine.Dispose();
        _turn.Dispose();
    }

    private T WriteInTurn<T>(Func<Session, T> work)
    {
        Session? session = null;
        var mayBeStored = false;
        try
        {
            var result = _engine.Write(opened =>
            {
                var found = work(session = opened);
                opened.Finish();
                return found;
            });
            mayBeStored = true;
            return result;
        }
        catch (StoreUnavailableException failure) when (failure.MayBeStored)
        {
            mayBeStored = true;
            throw;
        }
        finally
        {
            _turn.Release();
            if (mayBeStored)
            {
                session!.RunAfterCommit();
            }
        }
    }

    private StoreUnavailableException NoTurn() => new($"the writers before this one took more than {_engine.LongestTurn.TotalSeconds} s");
}
