using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Partners;

/// <summary>Partners in the database.</summary>
internal sealed class PartnerStore(EntityId ids, ProgramStore programs, TimeProvider clock)
{
    /// <exception cref="ApiError">409 when another partner has the email or tenant id.</exception>
    public PartnerRow Create(Session session, PartnerRequest request)
    {
        var row = request.ToRow(ids.Next(), clock.GetUtcNow().ToUnixTimeMilliseconds());
        if (session.First<long?>("SELECT id FROM partners WHERE email_folded = @EmailFolded", row) is { } taken)
        {
            throw ApiError.Conflict($"email: partner {EntityId.Format(EntityId.Partner, taken)} has this address.");
        }

        if (row.TenantId is not null && session.First<long?>("SELECT id FROM partners WHERE tenant_id = @TenantId", row) is { } owner)
        {
            throw ApiError.Conflict($"tenantId: partner {EntityId.Format(EntityId.Partner, owner)} has this id.");
        }

        session.Execute(
            """
            INSERT INTO partners (id, name, email, email_folded, username, image, tenant_id, country, description, created_at)
            VALUES (@Id, @Name, @Email, @EmailFolded, @Username, @Image, @TenantId, @Country, @Description, @CreatedAt)
            """,
            row);
        if (!string.IsNullOrEmpty(request.ProgramId) || !string.IsNullOrEmpty(request.GroupId))
        {
            var group = Fields.Text(request.GroupId, "groupId", 50) ?? Memberships.DefaultGroup;
            Memberships.Set(session, programs.Named(session, request.ProgramId), row.Id, row.CreatedAt, group);
        }

        return row;
    }

    /// <summary>The partner by its id or the operator's own id for it.</summary>
    public static PartnerRow Get(Session session, string? partnerId, string? tenantId)
    {
        if (string.IsNullOrEmpty(partnerId) && string.IsNullOrEmpty(tenantId))
        {
            throw ApiError.Unprocessable("partnerId: is needed, or tenantId.");
        }

        EntityId.TryParse(EntityId.Partner, partnerId, out var id);
        var row = string.IsNullOrEmpty(partnerId)
            ? session.First<PartnerRow>("SELECT * FROM partners WHERE tenant_id = @tenantId", new { tenantId = Fields.Plain(tenantId, "tenantId") })
            : session.First<PartnerRow>("SELECT * FROM partners WHERE id = @id", new { id });
        return row ?? throw ApiError.NotFound($"There is no partner {partnerId ?? tenantId}.");
    }
}
