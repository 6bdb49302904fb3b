using LinkTracker.Aggregator.Attribution;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>A row of <c>touches</c>: evidence that was told with a conversion.</summary>
internal sealed class TouchRow
{
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
