namespace LinkTracker.Aggregator.Counting;

/// <summary>What a click is split by, read from its record under today's rules.</summary>
/// <param name="Disposition">Valid also for what may still turn out to be a duplicate.</param>
/// <param name="Country">Two letters, or Unknown.</param>
/// <param name="Referrer">Origin of the referring page, or <see cref="Direct"/>.</param>
internal readonly record struct ClickTraits(
    Disposition Disposition, string Country, string Device, string Browser, string Os, string Referrer, string Channel, string Trigger)
{
    /// <summary>What stands for the referrer of a click that named none.</summary>
    public const string Direct = "(direct)";

    public string this[Dimension dimension] => dimension switch
    {
        Dimension.Total => "",
        Dimension.Country => Country,
        Dimension.Device => Device,
        Dimension.Browser => Browser,
        Dimension.Os => Os,
        Dimension.Referrer => Referrer,
        Dimension.Channel => Channel,
        Dimension.Trigger => Trigger,
        _ => throw new ArgumentOutOfRangeException(nameof(dimension), dimension, null),
    };
}
