namespace LinkTracker.Aggregator.Partners;

/// <summary>A row of <c>partners</c>: a referrer.</summary>
internal sealed class PartnerRow
{
    public long Id { get; set; }

    public string Name { get; set; } = "";

    public string Email { get; set; } = "";

    public string EmailFolded { get; set; } = "";

    public string? Username { get; set; }

    public string? Image { get; set; }

    public string? TenantId { get; set; }

    public string? Country { get; set; }

    public string? Description { get; set; }

    /// <summary>One of <see cref="PartnerStatus"/>.</summary>
    public string Status { get; set; } = PartnerStatus.Approved;

    /// <summary>Unix milliseconds; null: approved ever since.</summary>
    public long? StatusSince { get; set; }

    public string? BanReason { get; set; }

    public long CreatedAt { get; set; }
}
