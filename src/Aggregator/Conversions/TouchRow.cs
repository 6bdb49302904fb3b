using LinkTracker.Aggregator.Attribution;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>A row of <c>touches</c>: evidence that was told with a conversion, or that a referrer had named its customer by then.</summary>
internal sealed class TouchRow
{
    private static readonly string ContactName = Names.Of(Attribution.Method.Contact);

    public long ConversionId { get; set; }

    public int Position { get; set; }

    public long CustomerId { get; set; }

    public string Method { get; set; } = "";

    public long? LinkId { get; set; }

    public long? PartnerId { get; set; }

    public long? ProgramId { get; set; }

    public string? ClickToken { get; set; }

    public long OccurredAt { get; set; }

    public string? Refusal { get; set; }

    public bool IsContact => Method == ContactName;

    public static TouchRow Of(ConversionRow conversion, int position, Touch touch) => new()
    {
        ConversionId = conversion.Id,
        Position = position,
        CustomerId = conversion.CustomerId,
        Method = Names.Of(touch.Method),
        LinkId = touch.LinkId,
        PartnerId = touch.PartnerId,
        ProgramId = touch.ProgramId,
        ClickToken = touch.ClickToken,
        OccurredAt = touch.AtMs,
        Refusal = touch.Refusal,
    };

    public Touch ToTouch() => new(Names.MethodOf(Method), LinkId, PartnerId, ClickToken, OccurredAt, Refusal, ProgramId);
}
