namespace LinkTracker.Aggregator.Fraud.Reading;

/// <summary>A row of <c>conversion_clicks</c>: a click that came with a conversion.</summary>
internal sealed class ClickRow
{
    public long ConversionId { get; set; }

    public string ClickToken { get; set; } = "";

    public long Day { get; set; }

    public long Visitor { get; set; }

    public string? Referrer { get; set; }
}
