namespace LinkTracker.Contracts.Links;

/// <summary>The newest state of one place, a domain and key. Later changes of a place replace earlier ones.</summary>
/// <param name="Version">Grows with every change of any link.</param>
/// <param name="Link">What is there now; null when nothing is, because the link was deleted or moved.</param>
public readonly record struct LinkChange(long Version, string Domain, string Key, LinkState? Link);

/// <param name="Changes">In order of version. May be empty.</param>
/// <param name="CaughtUp">Whether this was all that there is at the moment.</param>
public sealed record LinkBatch(IReadOnlyList<LinkChange> Changes, bool CaughtUp);

/// <summary>Where an Edge gets its links from: a file, the Aggregator in the same process, or a Kafka topic.</summary>
public interface ILinkSource
{
    /// <summary>
    /// The newest state of every place changed after the version, then every change as it comes, within a second.
    /// Never ends by itself. The first batch with CaughtUp makes the Edge ready.
    /// </summary>
    IAsyncEnumerable<LinkBatch> ReadAsync(long afterVersion, CancellationToken cancellation);
}
