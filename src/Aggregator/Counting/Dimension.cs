namespace LinkTracker.Aggregator.Counting;

/// <summary>By what clicks are split. The numbers are in the store: add, never change.</summary>
internal enum Dimension : byte
{
    Total = 0,
    Country = 1,
    Device = 2,
    Browser = 3,
    Os = 4,

    /// <summary>Origin of the referring page, or <see cref="ClickTraits.Direct"/>.</summary>
    Referrer = 5,
    Channel = 6,

    /// <summary>link or qr.</summary>
    Trigger = 7,
}
