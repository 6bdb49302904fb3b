using System.Text.Json.Nodes;

namespace LinkTracker.Aggregator.Customers;

/// <summary>A customer on the wire. Link, program and partner are there only when the expanded fields were asked for.</summary>
internal sealed record CustomerResponse
{
    public required string Id { get; init; }

    public required string ExternalId { get; init; }

    public required string? Name { get; init; }

    public required string? Email { get; init; }

    public required string? Avatar { get; init; }

    /// <summary>Of the customer's first conversion whose click told one.</summary>
    public required string? Country { get; init; }

    public required long Sales { get; init; }

    /// <summary>Minor units, of the sales in the reporting currency.</summary>
    public required long SaleAmount { get; init; }

    public required string? FirstSaleAt { get; init; }

    public required string CreatedAt { get; init; }

    public string? StripeCustomerId { get; init; }

    public string? SubscriptionCanceledAt { get; init; }

    /// <summary>Since when the shop had it before it was referred; null: it is new.</summary>
    public required string? KnownSince { get; init; }

    public required JsonObject? Attributes { get; init; }

    public required bool TestMode { get; init; }

    public CustomerLink? Link { get; init; }

    public string? ProgramId { get; init; }

    public CustomerPartner? Partner { get; init; }
}

internal sealed record CustomerLink(string Id, string Domain, string Key, string ShortLink, string Url, string? ProgramId);

internal sealed record CustomerPartner(string Id, string Name, string? Email, string? Image);

internal sealed record DeletedCustomer(string Id);

/// <param name="Updated">Those that were known.</param>
internal sealed record CustomerImportAnswer(int Created, int Updated);
