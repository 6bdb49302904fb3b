using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>A conversion with who is credited for it: what rewards are computed from. Money is in minor units of its own currency.</summary>
internal sealed record CreditedConversion
{
    public required long Id { get; init; }

    public required FactKind Kind { get; init; }

    /// <summary>As of <see cref="Fact.Key"/>.</summary>
    public required string Key { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long OccurredAtMs { get; init; }

    public int Quantity { get; init; } = 1;

    /// <summary>All that was paid; 0 for what is no sale.</summary>
    public long Amount { get; init; }

    public long Tax { get; init; }

    public long Shipping { get; init; }

    /// <summary>How much of <see cref="Amount"/> went back.</summary>
    public long Refunded { get; init; }

    /// <summary>The refunds in the order in which they occurred, as soon as one of them says what went back; until then <see cref="Refunded"/> says all.</summary>
    public IReadOnlyList<Return> Returns { get; init; } = [];

    /// <summary>ISO 4217, lower case; null for what is no sale.</summary>
    public string? Currency { get; init; }

    public IReadOnlyList<LineItem> LineItems { get; init; } = [];

    /// <summary>The program whose rules decided; null: credited to nobody.</summary>
    public long? ProgramId { get; init; }

    /// <summary>The largest first.</summary>
    public IReadOnlyList<CreditPart> Credits { get; init; } = [];
}

/// <summary>What one touch has of a conversion.</summary>
/// <param name="Weight">Its share is this by the sum of the weights.</param>
/// <param name="Amount">Its part of the sale's amount; they add up to it.</param>
/// <param name="Refunded">Of <paramref name="Amount"/>.</param>
/// <param name="Position">Amounts are divided in this order; in the order of the list where all are the same.</param>
internal sealed record CreditPart(long LinkId, long? PartnerId, Method Method, string? ClickToken, long Weight, long Amount, long Refunded, int Position = 0);

/// <param name="Amount">Of all pieces together, minor units.</param>
internal sealed record LineItem(string ProductId, string? Name, int Quantity, long Amount)
{
    /// <summary>As they are stored, which is JSON; null for none.</summary>
    public static IReadOnlyList<LineItem>? Parse(string? lines) => lines is null ? null : JsonSerializer.Deserialize<IReadOnlyList<LineItem>>(lines, ApiJson.Options);

    public static string? ToText(IReadOnlyList<LineItem>? lines) => lines is null ? null : JsonSerializer.Serialize(lines, ApiJson.Options);
}

/// <summary>Everything of one customer that rewards depend on.</summary>
/// <param name="Conversions">All of them, credited or not, in no order.</param>
/// <param name="IsOtherwise">
/// Whether the fraud rules may see what was there before with other eyes: by new evidence, a lead, another credit or another address. One
/// more sale of a customer that is known says nothing of those before it.
/// </param>
internal sealed record CustomerAccount(long CustomerId, bool IsTest, IReadOnlyList<CreditedConversion> Conversions, bool IsOtherwise = true);
