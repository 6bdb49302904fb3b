namespace LinkTracker.Aggregator.Codes;

/// <summary>A row of <c>discount_codes</c>, with when its link was disabled.</summary>
internal sealed class DiscountCodeRow
{
    public long Id { get; set; }

    public string Domain { get; set; } = "";

    public string Code { get; set; } = "";

    public string CodeFolded { get; set; } = "";

    public long LinkId { get; set; }

    public long PartnerId { get; set; }

    public string? DiscountId { get; set; }

    public string? Channel { get; set; }

    public long CreatedAt { get; set; }

    public long? DisabledAt { get; set; }
}
