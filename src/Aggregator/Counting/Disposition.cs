namespace LinkTracker.Aggregator.Counting;

/// <summary>Whether a click counts, or the first reason why it does not. The numbers are in the store: add, never change.</summary>
internal enum Disposition : byte
{
    Valid = 0,
    Head = 1,
    Prefetch = 2,
    LinkPreview = 3,
    Bot = 4,

    /// <summary>The same visitor clicked the same link less than an hour before or after a click that counts.</summary>
    Duplicate = 5,
}
