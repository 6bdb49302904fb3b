using System.Runtime.CompilerServices;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Aggregator.Links;

/// <summary>Carries links from the database to an Edge in the same process, or to what publishes them to others.</summary>
/// <param name="poll">How often to look for changes that other processes made, of which there is no signal; null: there are none.</param>
internal sealed class DatabaseLinkSource(
    Database database, LinkSignal signal, Installation installation, TimeProvider clock, TimeSpan? poll = null) : ILinkSource
{
    // Some megabytes at a time: large enough that a million links take few round trips.
    private const int PageSize = 5_000;

    // Read when this is made, before anything of this process can write: a database that came back from a backup may reach
    // the versions that it had before, with other changes.
    private readonly long _newest = database.Read(session => session.Counter(LinkStore.Version));

    public string Name => installation.WorkspaceId;

    public Task<bool> HoldsAsync(LinkPoint point, CancellationToken cancellation) =>
        Task.FromResult(point.Source == Name && point.Version <= _newest);

    public async IAsyncEnumerable<LinkBatch> ReadAsync(long afterVersion, [EnumeratorCancellation] CancellationToken cancellation)
    {
        signal.ReaderComes();
        using var end = new ReaderEnd(signal);
        while (true)
        {
            // Before the read: a commit behind it completes this task, so the loop comes round once more.
            var changed = signal.Next;
            var raised = signal.Raised;
            var places = database.Read(session => session.Query<Place>(
                """
                SELECT p.domain AS place_domain, p.key AS place_key, p.version, l.*
                FROM link_places p LEFT JOIN links l ON l.id = p.link_id
                WHERE p.version > @afterVersion ORDER BY p.version LIMIT @PageSize
                """,
                new { afterVersion, PageSize }));
            var caughtUp = places.Count < PageSize;
            if (places.Count > 0)
            {
                afterVersion = places[^1].Version;
            }

            // A reader that asks for more has taken in what it got.
            yield return new LinkBatch([.. places.Select(place => place.ToChange())], caughtUp);
            if (caughtUp)
            {
                signal.Serve(raised);
                await changed.WaitAsync(poll ?? Timeout.InfiniteTimeSpan, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            cancellation.ThrowIfCancellationRequested();
        }
    }

    private sealed class ReaderEnd(LinkSignal signal) : IDisposable
    {
        public void Dispose() => signal.ReaderGoes();
    }
}
