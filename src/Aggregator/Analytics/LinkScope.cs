using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>
/// The links asked for. A deleted link is found by its id, its domain and its owner, because what happened on it stays; by
/// its key and its external id only links are found that have them now.
/// </summary>
internal sealed class LinkScope
{
    private readonly List<string> _conditions = [];
    private readonly DynamicParameters _arguments = new();

    private LinkScope(ReportRequest request)
    {
        // There is one program, and a partner's links are those in it.
        if (!string.IsNullOrEmpty(request.ProgramId))
        {
            _conditions.Add("partner_id IS NOT NULL");
        }

        AddIds("id", request.LinkId, EntityId.Link, "linkId");
        AddIds("partner_id", request.PartnerId, EntityId.Partner, "partnerId");
        AddValues("domain", request.Domain, text => text.ToLowerInvariant());
        AddValues("tenant_id", request.TenantId, text => text);
        AddText("deleted_at IS NULL AND external_id", "external", request.ExternalId is ['e', 'x', 't', '_', .. var rest] ? rest : request.ExternalId);
        AddText("deleted_at IS NULL AND key", "key", request.Key?.TrimStart('/'));
        AddText("url", "url", request.Url);
        AddValues("utm_source", request.UtmSource, text => text);
        AddValues("utm_medium", request.UtmMedium, text => text);
        AddValues("utm_campaign", request.UtmCampaign, text => text);
        AddValues("utm_term", request.UtmTerm, text => text);
        AddValues("utm_content", request.UtmContent, text => text);
    }

    /// <summary>The links asked for; null: all.</summary>
    public IReadOnlySet<long>? Links { get; private set; }

    /// <summary>The same as a condition on a column; empty when all are asked for.</summary>
    public string ConditionOn(string column) =>
        _conditions.Count == 0 ? "" : $" AND {column} IN (SELECT id FROM links WHERE {string.Join(" AND ", _conditions)})";

    /// <summary>What <see cref="ConditionOn"/> refers to.</summary>
    public DynamicParameters Arguments => new(_arguments);

    /// <exception cref="ApiError">404 when a single link was asked for, or a program, that is not there.</exception>
    public static LinkScope Of(Session session, ReportRequest request, Installation installation)
    {
        if (!string.IsNullOrEmpty(request.ProgramId) && request.ProgramId != installation.ProgramId)
        {
            throw ApiError.NotFound($"There is no program {request.ProgramId}; the one here is {installation.ProgramId}.");
        }

        var scope = new LinkScope(request);
        if (scope._conditions.Count > 0)
        {
            scope.Links = session.Query<long>($"SELECT id FROM links WHERE {string.Join(" AND ", scope._conditions)}", scope._arguments).ToHashSet();
            if (scope.Links.Count == 0 && NameOfOne(request) is { } name)
            {
                throw ApiError.NotFound($"There is no link {name}.");
            }
        }

        return scope;
    }

    private static string? NameOfOne(ReportRequest request) =>
        !string.IsNullOrEmpty(request.LinkId) && !request.LinkId.Contains(',', StringComparison.Ordinal) && request.LinkId[0] != '-' ? request.LinkId
        : !string.IsNullOrEmpty(request.ExternalId) ? request.ExternalId
        : !string.IsNullOrEmpty(request.Key) ? request.Key
        : null;

    private void AddText(string condition, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _conditions.Add($"{condition} = @{name}");
            _arguments.Add(name, value);
        }
    }

    private void AddIds(string column, string? text, string prefix, string field)
    {
        if (ValueFilter.Parse(text, StringComparer.Ordinal, sent => sent) is { } filter)
        {
            // What cannot be an id names nothing, as an id that was never given.
            AddSet(column, field, filter.Excludes, filter.Values.Select(value => EntityId.TryParse(prefix, value, out var id) ? id : 0L).ToArray());
        }
    }

    private void AddValues(string column, string? text, Func<string, string> read)
    {
        // As the columns compare: case matters.
        if (ValueFilter.Parse(text, StringComparer.Ordinal, read) is { } filter)
        {
            AddSet(column, column, filter.Excludes, filter.Values.ToArray());
        }
    }

    private void AddSet<T>(string column, string name, bool excludes, T[] values)
    {
        _conditions.Add(excludes ? $"({column} IS NULL OR {column} NOT IN @{name})" : $"{column} IN @{name}");
        _arguments.Add(name, values);
    }
}
