using System.Text.Json;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>A commission that a person makes.</summary>
internal sealed class CommissionRequest
{
    /// <summary><c>custom</c>, <c>lead</c> or <c>sale</c>.</summary>
    public string? Type { get; set; }

    public string? PartnerId { get; set; }

    /// <summary>The default program unless given.</summary>
    public string? ProgramId { get; set; }

    /// <summary>Of <c>custom</c>: what the partner gets, minor units of the program's currency; below 0 it is taken back.</summary>
    public long? Amount { get; set; }

    /// <summary>When it was earned; now unless given.</summary>
    public string? Date { get; set; }

    public string? Description { get; set; }

    /// <summary>Of <c>lead</c> and <c>sale</c>: a customer that is known, or <c>ext_</c> and its external id.</summary>
    public string? CustomerId { get; set; }

    /// <summary>The same as the contract's form of a lead names it. It is known already: leads are told by <c>/track/lead</c>.</summary>
    public CommissionCustomer? Customer { get; set; }

    public string? LinkId { get; set; }

    public CommissionSale? Sale { get; set; }
}

/// <param name="Amount">Minor units of the currency.</param>
/// <param name="Currency">The program's.</param>
/// <param name="EventName">At most 255 characters.</param>
/// <param name="Metadata">An object of at most 10,000 characters.</param>
internal sealed record CommissionSale(long? Amount, string? Currency, string? InvoiceId, string? EventName, JsonElement? Metadata);

internal sealed record CommissionCustomer(string? ExternalId);

/// <summary>What a person changes of a commission. A status wins over earnings, and those over the sale's amount.</summary>
internal sealed class CommissionUpdate
{
    /// <summary>Minor units of the commission's currency.</summary>
    public long? Earnings { get; set; }

    /// <summary>The amount that the earnings are computed from, minor units of the commission's currency.</summary>
    public long? SaleAmount { get; set; }

    /// <summary>What is added to that amount.</summary>
    public long? ModifySaleAmount { get; set; }

    /// <summary>The older name of <see cref="SaleAmount"/>.</summary>
    public long? Amount { get; set; }

    /// <summary>The older name of <see cref="ModifySaleAmount"/>.</summary>
    public long? ModifyAmount { get; set; }

    /// <summary>Of these amounts: the commission's.</summary>
    public string? Currency { get; set; }

    /// <summary><c>refunded</c>, <c>duplicate</c>, <c>canceled</c>, <c>fraud</c>; or <c>pending</c>: what follows from the facts again.</summary>
    public string? Status { get; set; }
}

/// <summary>Several commissions that get one status.</summary>
internal sealed class CommissionsUpdate
{
    public const int Most = 100;

    public string[]? CommissionIds { get; set; }

    public string? Status { get; set; }

    public long[] Ids() => CommissionIds switch
    {
        null or [] => throw ApiError.Unprocessable("commissionIds: is needed."),
        { Length: > Most } => throw ApiError.Unprocessable($"commissionIds: at most {Most}, these are {CommissionIds.Length}."),
        _ => [.. CommissionIds.Select(text => Storage.EntityId.TryParse(Storage.EntityId.Commission, text, out var id) ? id : throw ApiError.NotFound($"There is no commission {text}.")).Distinct()],
    };
}
