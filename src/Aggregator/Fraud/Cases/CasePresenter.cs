using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud.Cases;

/// <summary>Turns cases into what clients see.</summary>
internal sealed class CasePresenter(TimeProvider clock)
{
    public IReadOnlyList<CaseResponse> List(Session session, CaseFilter filter)
    {
        var page = filter.ToPage();
        var (where, arguments) = filter.Where();
        arguments.AddDynamicParams(page);
        return [.. page.Arrange(Read(session, where + page.Condition("k.id") + page.Order("k.id"), arguments)).Select(Present)];
    }

    /// <exception cref="ApiError">404.</exception>
    public CaseDetails Get(Session session, string id, Page page)
    {
        EntityId.TryParse(EntityId.FraudCase, id, out var caseId);
        var row = Read(session, "k.id = @caseId", new DynamicParameters(new { caseId })) is [var one] ? one : throw NotFound(id);
        var shown = Present(row);
        var items = session.Query<ItemRow>(
            """
            SELECT i.conversion_id, c.kind, c.customer_id, i.mode, i.threshold, i.rule_version, i.evidence, c.occurred_at, i.created_at
            FROM fraud_items i JOIN conversions c ON c.id = i.conversion_id
            WHERE i.case_id = @caseId ORDER BY i.conversion_id DESC LIMIT @Limit OFFSET @Offset
            """,
            new { caseId, page.Limit, page.Offset });
        return new CaseDetails
        {
            Id = shown.Id,
            ProgramId = shown.ProgramId,
            PartnerId = shown.PartnerId,
            PartnerName = shown.PartnerName,
            Rule = shown.Rule,
            Mode = shown.Mode,
            Status = shown.Status,
            AgeDays = shown.AgeDays,
            Conversions = shown.Conversions,
            Commissions = shown.Commissions,
            OpenedAt = shown.OpenedAt,
            UpdatedAt = shown.UpdatedAt,
            ResolvedAt = shown.ResolvedAt,
            ResolvedBy = shown.ResolvedBy,
            Note = shown.Note,
            Items = [.. items.Select(item => new CaseItem(
                ConversionId(item.Kind, item.ConversionId), item.Kind, EntityId.Format(EntityId.Customer, item.CustomerId), item.Mode, item.Threshold, item.RuleVersion,
                item.Evidence, Fields.Time(item.OccurredAt), Fields.Time(item.CreatedAt)))],
        };
    }

    public static ApiError NotFound(string id) => ApiError.NotFound($"There is no case {id}.");

    public static string ConversionId(string kind, long id) =>
        EntityId.Format(kind switch { "sale" => EntityId.Sale, "event" => EntityId.Event, _ => EntityId.Lead }, id);

    private CaseResponse Present(CaseRead row) => new()
    {
        Id = EntityId.Format(EntityId.FraudCase, row.Id),
        ProgramId = EntityId.Format(EntityId.Program, row.ProgramId),
        PartnerId = EntityId.Format(EntityId.Partner, row.PartnerId),
        PartnerName = row.PartnerName,
        Rule = row.Rule,
        Mode = ((FraudMode)row.Hardest).Name(),
        Status = row.Status,
        AgeDays = ((row.ResolvedAt ?? clock.GetUtcNow().ToUnixTimeMilliseconds()) - row.OpenedAt) / UtcBuckets.DayMs,
        Conversions = row.Conversions,
        Commissions = row.Commissions,
        OpenedAt = Fields.Time(row.OpenedAt),
        UpdatedAt = Fields.Time(row.UpdatedAt),
        ResolvedAt = Fields.Time(row.ResolvedAt),
        ResolvedBy = row.ResolvedBy,
        Note = row.Note,
    };

    private static IReadOnlyList<CaseRead> Read(Session session, string where, DynamicParameters arguments) => session.Query<CaseRead>(
        $"""
        SELECT k.*, p.name AS partner_name,
            (SELECT COUNT(*) FROM fraud_items i WHERE i.case_id = k.id) AS conversions,
            (SELECT COUNT(*) FROM fraud_holds h WHERE h.case_id = k.id) AS commissions,
            (SELECT MAX(CASE i.mode WHEN 'shadow' THEN 1 WHEN 'flag' THEN 2 WHEN 'hold' THEN 3 ELSE 4 END) FROM fraud_items i WHERE i.case_id = k.id) AS hardest
        FROM fraud_cases k JOIN partners p ON p.id = k.partner_id WHERE {where}
        """,
        arguments);

    private sealed class CaseRead : CaseRow
    {
        public string PartnerName { get; set; } = "";

        public long Conversions { get; set; }

        public long Commissions { get; set; }

        public int Hardest { get; set; }
    }

    private sealed class ItemRow
    {
        public long ConversionId { get; set; }

        public string Kind { get; set; } = "";

        public long CustomerId { get; set; }

        public string Mode { get; set; } = "";

        public long Threshold { get; set; }

        public int RuleVersion { get; set; }

        public string Evidence { get; set; } = "";

        public long OccurredAt { get; set; }

        public long CreatedAt { get; set; }
    }
}
