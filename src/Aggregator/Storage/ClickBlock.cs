using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage;

/// <summary>A row of single clicks that is to be stored.</summary>
/// <param name="Part">What is in it.</param>
/// <param name="IsSealed">Whether it holds all clicks of its window, packed.</param>
/// <param name="Data">The part's data, packed when sealed.</param>
internal sealed record ClickBlock(ClickPart Part, bool IsSealed, byte[] Data)
{
    /// <summary>Tells which links may be in it.</summary>
    public byte[] Links => CountsLinkFilter.Build(Part.Links);
}

/// <summary>A plain row of a window that grew when it was stored, taken out to be sealed with the others of its window.</summary>
internal sealed record OpenBlock(long Window, long FirstAddress, long Count, byte[] Data);

/// <summary>A stored row of single clicks, read for a scan.</summary>
/// <param name="Log">Whose clicks they are, for the log line that says that they cannot be read.</param>
internal sealed record StoredBlock(long Id, LogKey Log, long Window, bool IsSealed, long Count, byte[] Data);
