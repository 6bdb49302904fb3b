using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Links;

/// <summary>Writes whole link rows.</summary>
internal static class LinkStatement
{
    // The one list of columns and where their values come from.
    private static readonly (string Column, Func<LinkRow, object?> Get)[] Columns =
    [
        ("id", row => row.Id),
        ("domain", row => row.Domain),
        ("key", row => row.Key),
        ("key_folded", row => row.KeyFolded),
        ("url", row => row.Url),
        ("url_hash", row => row.UrlHash),
        ("track_conversion", row => row.TrackConversion ? 1 : 0),
        ("redirect_status", row => row.RedirectStatus),
        ("query_policy", row => row.QueryPolicy),
        ("channel", row => row.Channel),
        ("expires_at", row => row.ExpiresAt),
        ("expired_url", row => row.ExpiredUrl),
        ("disabled_at", row => row.DisabledAt),
        ("disabled_reason", row => row.DisabledReason),
        ("archived", row => row.Archived ? 1 : 0),
        ("external_id", row => row.ExternalId),
        ("tenant_id", row => row.TenantId),
        ("program_id", row => row.ProgramId),
        ("partner_id", row => row.PartnerId),
        ("title", row => row.Title),
        ("description", row => row.Description),
        ("image", row => row.Image),
        ("video", row => row.Video),
        ("comments", row => row.Comments),
        ("do_index", row => row.DoIndex ? 1 : 0),
        ("public_stats", row => row.PublicStats ? 1 : 0),
        ("utm_source", row => row.UtmSource),
        ("utm_medium", row => row.UtmMedium),
        ("utm_campaign", row => row.UtmCampaign),
        ("utm_term", row => row.UtmTerm),
        ("utm_content", row => row.UtmContent),
        ("created_at", row => row.CreatedAt),
        ("updated_at", row => row.UpdatedAt),
        ("deleted_at", row => row.DeletedAt),
    ];

    private static readonly string[] Names = [.. Columns.Select(column => column.Column)];

    private static readonly string InsertSql = $"INSERT INTO links ({string.Join(", ", Names)}) VALUES ({string.Join(", ", Names.Select(name => "@" + name))})";

    private static readonly string UpdateSql = $"UPDATE links SET {string.Join(", ", Names.Skip(1).Select(name => $"{name} = @{name}"))} WHERE id = @id";

    public static void Insert(Session session, params IEnumerable<LinkRow> rows) => session.ExecuteAll(InsertSql, Names, rows.Select(ValuesOf));

    public static void Update(Session session, LinkRow row) => session.ExecuteAll(UpdateSql, Names, [ValuesOf(row)]);

    private static object?[] ValuesOf(LinkRow row) => Array.ConvertAll(Columns, column => column.Get(row));
}
