namespace LinkTracker.Aggregator.Conversions;

/// <summary>A refund, and whether its row is to be written.</summary>
internal sealed class AdjustmentRecord(AdjustmentRow row, bool isNew)
{
    public AdjustmentRow Row { get; } = row;

    public bool IsNew { get; } = isNew;

    public bool IsChanged { get; private set; }

    /// <param name="applied">What of it took effect, minor units.</param>
    public void Apply(long conversion, long applied)
    {
        IsChanged |= (Row.ConversionId, Row.Applied) != (conversion, applied);
        (Row.ConversionId, Row.Applied) = (conversion, applied);
    }
}
