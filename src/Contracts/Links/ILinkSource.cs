namespace LinkTracker.Contracts.Links;

/// <summary>The newest state of one place, a domain and key. Later changes of a place replace earlier ones.</summary>
/// <param name="Version">Grows with every change of any link.</param>
/// <param name="Link">What is there now; null when nothing is, because the link was deleted or moved.</param>
public readonly record struct LinkChange(long Version, string Domain, string Key, LinkState? Link);

/// <param name="Changes">In order of version. May be empty.</param>
/// <param name="CaughtUp">Whether this was all that there is at the moment.</param>
/// <param name="StartsOver">
/// Whether all that was told before is void, because its source turned out to be another one: what is not told again from here
/// until CaughtUp is not there any more. Versions begin anew.
/// </param>
/// <param name="MayServe">
/// Whether redirects may go by what the reader has, although this is not all that there is: it had everything at some moment, and the source
/// is silent, or not through with telling it anew.
/// </param>
public sealed record LinkBatch(IReadOnlyList<LinkChange> Changes, bool CaughtUp, bool StartsOver = false, bool MayServe = false);

/// <summary>How far a reader has got, in words that hold beyond both processes.</summary>
/// <param name="Source">As <see cref="ILinkSource.Name"/> told. A version of one source says nothing about another.</param>
/// <param name="Version">Of the newest change that was read.</param>
public readonly record struct LinkPoint(string Source, long Version);

/// <summary>Where an Edge gets its links from: a file, the Aggregator in the same process, or a Kafka topic.</summary>
public interface ILinkSource
{
    /// <summary>
    /// What its versions count in: another name, other versions. At most 1,000 bytes of UTF-8. Null while it is not known, or
    /// when a reader must not keep what it reads.
    /// </summary>
    string? Name { get; }

    /// <summary>
    /// Whether a reader that got to this point, in an earlier process, may go on behind it. Asked before <see cref="ReadAsync"/>, if at all.
    /// False when the point is another source's, or ahead of this one, which a source that came back from a backup is. True, too, when
    /// only reading will tell; the source starts over (<see cref="LinkBatch.StartsOver"/>) if the point turns out not to hold.
    /// </summary>
    Task<bool> HoldsAsync(LinkPoint point, CancellationToken cancellation);

    /// <summary>
    /// The newest state of every place changed after the version, then every change as it comes, within a second.
    /// Never ends by itself. The first batch with CaughtUp or MayServe makes the Edge ready.
    /// </summary>
    IAsyncEnumerable<LinkBatch> ReadAsync(long afterVersion, CancellationToken cancellation);
}
