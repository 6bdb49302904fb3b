using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>A commission with what clients see next to it.</summary>
internal sealed class CommissionRead
{
    public long Id { get; set; }

    public long ProgramId { get; set; }

    public string Type { get; set; } = "";

    public string RewardId { get; set; } = "";

    public string Side { get; set; } = "";

    public string Unit { get; set; } = "";

    public string State { get; set; } = "";

    public string? Outcome { get; set; }

    public long Basis { get; set; }

    public string? Decided { get; set; }

    public int Quantity { get; set; }

    public long Due { get; set; }

    public long Earnings { get; set; }

    public long Settled { get; set; }

    public string Status { get; set; } = "";

    public bool IsTest { get; set; }

    public string? Note { get; set; }

    public int RuleVersion { get; set; }

    public long Version { get; set; }

    public long OccurredAt { get; set; }

    public long AvailableAt { get; set; }

    public long? ApprovedAt { get; set; }

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }

    public long? LinkId { get; set; }

    public long? PayoutId { get; set; }

    public long? PaidAt { get; set; }

    public string? InvoiceId { get; set; }

    public string? Metadata { get; set; }

    public string? EventName { get; set; }

    public string PartnerGroup { get; set; } = "";

    public long? CustomerId { get; set; }

    public long? PartnerId { get; set; }

    public string PartnerName { get; set; } = "";

    public string PartnerEmail { get; set; } = "";

    public string? PartnerImage { get; set; }

    public string? PartnerCountry { get; set; }

    /// <summary>The group that the partner of a commission <c>c</c> was in when it was earned.</summary>
    public const string Group =
        $"""
        COALESCE((SELECT m.group_name FROM memberships m WHERE m.program_id = c.program_id AND m.partner_id = c.partner_id AND m.valid_from <= c.occurred_at
                  ORDER BY m.valid_from DESC LIMIT 1), '{Memberships.DefaultGroup}')
        """;

    public const string Columns =
        $"""
        c.id, c.program_id, c.type, c.reward_id, c.side, c.unit, c.state, c.basis, c.decided, c.quantity, c.due, c.earnings, c.settled, c.is_test, c.note, c.rule_version, c.version,
        c.occurred_at, c.available_at, c.approved_at, c.created_at, c.updated_at, c.link_id, c.payout_id, c.customer_id, c.partner_id,
        {CommissionStatus.Sql} AS status, o.paid_at, COALESCE(s.invoice_id, c.invoice_id) AS invoice_id, COALESCE(s.metadata, c.metadata) AS metadata,
        COALESCE(s.event_name, c.event_name) AS event_name, {Group} AS partner_group, p.name AS partner_name, p.email AS partner_email, p.image AS partner_image, p.country AS partner_country
        """;

    public const string From =
        "commissions c JOIN partners p ON p.id = c.partner_id LEFT JOIN payouts o ON o.id = c.payout_id LEFT JOIN conversions s ON s.id = c.conversion_id";
}
