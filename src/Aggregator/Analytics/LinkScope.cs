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
    private readonly Session _session;
    private readonly List<string> _conditions = [];
    private readonly List<string> _partnerConditions = [];
    private readonly DynamicParameters _arguments = new();

    private LinkScope(Session session, ReportRequest request, Installation installation)
    {
        _session = session;
        AddProgram(request.ProgramId, installation.DefaultProgram);

        AddIds(_conditions, "id", request.LinkId, EntityId.Link, "linkId");
        AddIds(_partnerConditions, "partner_id", request.PartnerId, EntityId.Partner, "partnerId");
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

    /// <summary>The links asked for, and of a partner those that it has or had last; null: all.</summary>
    public IReadOnlySet<long>? Links { get; private set; }

    /// <summary>
    /// The leads and sales asked for, as a condition on <c>conversions</c> or what is credited of them; empty when all are. A partner's are those that were
    /// credited to it, whoever has the link now.
    /// </summary>
    public string OnConversions =>
        (_conditions.Count == 0 ? "" : $" AND link_id IN (SELECT id FROM links WHERE {string.Join(" AND ", _conditions)})")
        + string.Concat(_partnerConditions.Select(condition => " AND " + condition));

    /// <summary>The program asked for, as a condition on <c>commissions</c>; empty when all are.</summary>
    public string OnCommissions { get; private set; } = "";

    /// <summary>What <see cref="OnConversions"/> and <see cref="OnCommissions"/> refer to.</summary>
    public DynamicParameters Arguments => new(_arguments);

    /// <exception cref="ApiError">404 when a single link was asked for, or a program, that is not there.</exception>
    public static LinkScope Of(Session session, ReportRequest request, Installation installation)
    {
        var scope = new LinkScope(session, request, installation);
        string[] conditions = [.. scope._conditions, .. scope._partnerConditions];
        if (conditions.Length > 0)
        {
            scope.Links = session.Query<long>($"SELECT id FROM links WHERE {string.Join(" AND ", conditions)}", scope._arguments).ToHashSet();
            if (scope.Links.Count == 0 && NameOfOne(request) is { } name && !scope.HasLink(session))
            {
                throw ApiError.NotFound($"There is no link {name}.");
            }
        }

        return scope;
    }

    // Of whatever partner: it may have had the link when its sales were made.
    private bool HasLink(Session session) =>
        session.First<long?>($"SELECT id FROM links WHERE {string.Join(" AND ", _conditions)} LIMIT 1", _arguments) is not null;

    private static string? NameOfOne(ReportRequest request) =>
        !string.IsNullOrEmpty(request.LinkId) && !request.LinkId.Contains(',', StringComparison.Ordinal) && request.LinkId[0] != '-' ? request.LinkId
        : !string.IsNullOrEmpty(request.ExternalId) ? request.ExternalId
        : !string.IsNullOrEmpty(request.Key) ? request.Key
        : null;

    // Of the default program is what is a partner's and names no other: links, and conversions that were credited before there were others.
    private void AddProgram(string? id, long defaultProgram)
    {
        if (string.IsNullOrEmpty(id))
        {
            return;
        }

        EntityId.TryParse(EntityId.Program, id, out var program);
        if (_session.First<long?>("SELECT id FROM programs WHERE id = @program", new { program }) is null)
        {
            throw ApiError.NotFound($"There is no program {id}.");
        }

        _partnerConditions.Add(program == defaultProgram ? "partner_id IS NOT NULL AND (program_id IS NULL OR program_id = @program)" : "program_id = @program");
        _arguments.Add("program", program);
        OnCommissions = " AND program_id = @program";
    }

    private void AddText(string condition, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _conditions.Add($"{condition} = @{name}");
            _arguments.Add(name, value);
        }
    }

    private void AddIds(List<string> conditions, string column, string? text, string prefix, string field)
    {
        if (ValueFilter.Parse(text, StringComparer.Ordinal, sent => sent) is { } filter)
        {
            // What cannot be an id names nothing, as an id that was never given.
            AddSet(conditions, column, field, filter.Excludes, filter.Values.Select(value => EntityId.TryParse(prefix, value, out var id) ? id : 0L).ToArray());
        }
    }

    private void AddValues(string column, string? text, Func<string, string> read)
    {
        // As the columns compare: case matters.
        if (ValueFilter.Parse(text, StringComparer.Ordinal, read) is { } filter)
        {
            AddSet(_conditions, column, column, filter.Excludes, filter.Values.ToArray());
        }
    }

    private void AddSet<T>(List<string> conditions, string column, string name, bool excludes, T[] values)
    {
        var isOneOf = _session.In(column, name);
        conditions.Add(excludes ? $"({column} IS NULL OR NOT ({isOneOf}))" : isOneOf);
        _arguments.Add(name, values);
    }
}
