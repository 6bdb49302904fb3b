namespace LinkTracker.Aggregator.Storage;

/// <summary>Figures of the database that several instruments show: read once when all of them are collected, not by each.</summary>
/// <param name="read">Null while the database does not answer: then no instrument measures anything.</param>
internal sealed class CollectedFigures<T>(Func<T?> read, TimeProvider clock)
    where T : class
{
    // Longer than the instruments of one collection follow each other, and shorter than collections do.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(1);

    private readonly Lock _turn = new();
    private T? _figures;
    private long? _readAt;

    public IEnumerable<TMeasured> Measure<TMeasured>(Func<T, IEnumerable<TMeasured>> figures) => Now() is { } now ? figures(now) : [];

    private T? Now()
    {
        lock (_turn)
        {
            if (_readAt is not { } readAt || clock.GetElapsedTime(readAt) > Life)
            {
                _figures = read();

                // Behind the reading: one that waited for the server in vain holds for the other instruments, too.
                _readAt = clock.GetTimestamp();
            }

            return _figures;
        }
    }
}
