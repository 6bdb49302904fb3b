using System.Data.Common;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Links;

/// <summary>A prepared statement that writes whole link rows: parsed once, run for each row.</summary>
internal sealed class LinkStatement : IDisposable
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
        ("archived", row => row.Archived ? 1 : 0),
        ("external_id", row => row.ExternalId),
        ("tenant_id", row => row.TenantId),
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

    private readonly DbCommand _command;

    private LinkStatement(DbCommand command)
    {
        _command = command;
        foreach (var (column, _) in Columns)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + column;
            command.Parameters.Add(parameter);
        }
    }

    public static LinkStatement Insert(Session session) => new(session.CreateCommand(
        $"INSERT INTO links ({string.Join(", ", Columns.Select(c => c.Column))}) VALUES ({string.Join(", ", Columns.Select(c => "@" + c.Column))})"));

    public static LinkStatement Update(Session session) => new(session.CreateCommand(
        $"UPDATE links SET {string.Join(", ", Columns.Skip(1).Select(c => $"{c.Column} = @{c.Column}"))} WHERE id = @id"));

    public void Execute(LinkRow row)
    {
        for (var i = 0; i < Columns.Length; i++)
        {
            _command.Parameters[i].Value = Columns[i].Get(row) ?? DBNull.Value;
        }

        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
