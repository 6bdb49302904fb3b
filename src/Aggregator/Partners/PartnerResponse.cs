namespace LinkTracker.Aggregator.Partners;

/// <summary>A partner on the wire. Every key that clients insist on is always there.</summary>
internal sealed record PartnerResponse
{
    public required string Id { get; init; }

    public required string PartnerId { get; init; }

    public required string ProgramId { get; init; }

    public required string Name { get; init; }

    public required string? Email { get; init; }

    public required string? Username { get; init; }

    public required string? Image { get; init; }

    public required string? TenantId { get; init; }

    public required string? Country { get; init; }

    public required string? Description { get; init; }

    public required string CreatedAt { get; init; }

    /// <summary>The first hundred live ones; <c>GET /partners/links</c> has all.</summary>
    public required IReadOnlyList<PartnerLinkResponse> Links { get; init; }

    public required long TotalClicks { get; init; }

    public required long TotalLeads { get; init; }

    public required long TotalConversions { get; init; }

    public required long TotalSales { get; init; }

    public required long TotalSaleAmount { get; init; }

    public required long NetRevenue { get; init; }

    // Null where there is nothing to divide by.
    public required double? EarningsPerClick { get; init; }

    public required double? AverageLifetimeValue { get; init; }

    public required double? ClickToLeadRate { get; init; }

    public required double? ClickToConversionRate { get; init; }

    public required double? LeadToConversionRate { get; init; }

    /// <summary>What it has earned so far, paid or not, minor units of the reporting currency.</summary>
    public long TotalCommissions { get; init; }

    // Of the contract, but without behaviour in this version: there is no approval, and the operator pays.
    public string Status { get; init; } = "approved";

    public string NetworkStatus { get; init; } = "draft";

    public string? CompanyName { get; init; }

    public string? DefaultPayoutMethod { get; init; }

    public string? PaypalEmail { get; init; }

    public string? StripeConnectId { get; init; }

    public string? PayoutsEnabledAt { get; init; }

    public string? IdentityVerifiedAt { get; init; }
}

/// <summary>The short form of a link of a partner.</summary>
internal sealed record PartnerLinkResponse(
    string Id, string Domain, string Key, string ShortLink, string Url, long Clicks, long Leads, long Conversions, long Sales, long SaleAmount);
