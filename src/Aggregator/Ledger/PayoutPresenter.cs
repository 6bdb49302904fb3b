using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>Turns payouts into what clients see.</summary>
internal static class PayoutPresenter
{
    /// <summary>The group that the partner of a payout <c>o</c> was in when it was made.</summary>
    public const string Group =
        $"""
        COALESCE((SELECT m.group_name FROM memberships m WHERE m.program_id = o.program_id AND m.partner_id = o.partner_id AND m.valid_from <= o.created_at
                  ORDER BY m.valid_from DESC LIMIT 1), '{Memberships.DefaultGroup}')
        """;

    public static IReadOnlyList<PayoutResponse> Query(Session session, string where, string order, DynamicParameters arguments) =>
    [
        .. session.Query<PayoutRead>(
            $"""
            SELECT o.*, p.name, p.email, p.image, p.country, p.tenant_id, {Group} AS partner_group,
                (SELECT MIN(f.posted_at) FROM postings f
                 WHERE f.owner_id = o.partner_id AND f.program_id = o.program_id AND f.unit = o.unit AND f.position >= o.from_position AND f.position <= o.to_position) AS started_at
            FROM payouts o JOIN partners p ON p.id = o.partner_id WHERE {where}{order}
            """,
            arguments).Select(row => row.ToResponse()),
    ];

    public static PayoutResponse Get(Session session, long id) => Query(session, "o.id = @id", "", new DynamicParameters(new { id }))[0];

    /// <exception cref="ApiError">404 when there is none.</exception>
    public static PayoutBatchResponse Batch(Session session, long id)
    {
        var batch = session.First<PayoutBatchRow>("SELECT * FROM payout_batches WHERE id = @id", new { id })
            ?? throw ApiError.NotFound($"There is no payout batch {EntityId.Format(EntityId.PayoutBatch, id)}.");
        var payouts = Query(session, "o.batch_id = @id", " ORDER BY o.id", new DynamicParameters(new { id }));
        return new PayoutBatchResponse(
            EntityId.Format(EntityId.PayoutBatch, id), EntityId.Format(EntityId.Program, batch.ProgramId), Units.CurrencyOf(batch.Unit)!, batch.IsTest, batch.Position,
            payouts.Sum(payout => payout.Amount), Fields.Time(batch.CreatedAt), null, payouts);
    }

    private sealed class PayoutRead
    {
        public long Id { get; set; }

        public long BatchId { get; set; }

        public long ProgramId { get; set; }

        public long PartnerId { get; set; }

        public string Unit { get; set; } = "";

        public long Amount { get; set; }

        public string Status { get; set; } = "";

        public string? Reference { get; set; }

        public string? Failure { get; set; }

        public long CreatedAt { get; set; }

        public long? PaidAt { get; set; }

        public long? StartedAt { get; set; }

        public string Name { get; set; } = "";

        public string? Email { get; set; }

        public string? Image { get; set; }

        public string? Country { get; set; }

        public string? TenantId { get; set; }

        public string PartnerGroup { get; set; } = "";

        public PayoutResponse ToResponse() => new()
        {
            Id = EntityId.Format(EntityId.Payout, Id),
            InvoiceId = EntityId.Format(EntityId.PayoutBatch, BatchId),
            Amount = Amount,
            Currency = Units.CurrencyOf(Unit)!,
            Status = Status,
            Description = null,
            PeriodStart = Fields.Time(StartedAt),
            PeriodEnd = Fields.Time(CreatedAt),
            CreatedAt = Fields.Time(CreatedAt),
            InitiatedAt = Fields.Time(CreatedAt),
            PaidAt = Fields.Time(PaidAt),
            FailureReason = Failure,
            Mode = "external",
            Method = null,
            TraceId = Reference,
            Partner = new PayoutPartner(EntityId.Format(EntityId.Partner, PartnerId), Name, Email, Image, null, null, Country, PartnerGroup, TenantId),
            BatchId = EntityId.Format(EntityId.PayoutBatch, BatchId),
            ProgramId = EntityId.Format(EntityId.Program, ProgramId),
            TestMode = Units.IsTest(Unit),
        };
    }
}
