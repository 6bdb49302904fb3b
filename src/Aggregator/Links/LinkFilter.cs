using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Links;

/// <summary>The query parameters that choose links, the same for the list and the count.</summary>
internal sealed class LinkFilter
{
    public string? Domain { get; set; }

    /// <summary>Part of the key, the target or the title, without regard to case.</summary>
    public string? Search { get; set; }

    public string? TenantId { get; set; }

    public string? PartnerId { get; set; }

    public string? ExternalId { get; set; }

    public bool? ShowArchived { get; set; }

    public bool? WithTags { get; set; }

    public string? TagId { get; set; }

    public string? TagIds { get; set; }

    public string? TagNames { get; set; }

    public string? FolderId { get; set; }

    public string? UserId { get; set; }

    public string? GroupBy { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public string? StartingAfter { get; set; }

    public string? EndingBefore { get; set; }

    public IReadOnlyList<LinkRow> List(Session session)
    {
        var page = Api.Page.Of(Page, PageSize, StartingAfter, EndingBefore, EntityId.Link);
        var (where, arguments) = Where();
        arguments.AddDynamicParams(page);
        return page.Arrange(session.Query<LinkRow>($"SELECT * FROM links WHERE {where}{page.Condition("id")}{page.Order("id")}", arguments));
    }

    public long Count(Session session)
    {
        var (where, arguments) = Where();
        return session.First<long>($"SELECT COUNT(*) FROM links WHERE {where}", arguments);
    }

    public IReadOnlyList<DomainCount> CountByDomain(Session session)
    {
        var (where, arguments) = Where();
        return session.Query<DomainCount>($"SELECT domain, COUNT(*) AS count FROM links WHERE {where} GROUP BY domain ORDER BY count DESC, domain", arguments);
    }

    private (string Where, Dapper.DynamicParameters Arguments) Where()
    {
        RefuseUnsupported();
        var arguments = new Dapper.DynamicParameters();
        var where = "deleted_at IS NULL" + (ShowArchived == true ? "" : " AND archived = 0");
        Add("domain = @domain", "domain", Domain?.ToLowerInvariant());
        Add("tenant_id = @tenant", "tenant", TenantId);
        Add("external_id = @external", "external", ExternalId is ['e', 'x', 't', '_', .. var rest] ? rest : ExternalId);
        Add("(lower(key) LIKE @search ESCAPE '!' OR lower(url) LIKE @search ESCAPE '!' OR lower(title) LIKE @search ESCAPE '!')", "search", SearchPattern.Of(Search));
        if (!string.IsNullOrEmpty(PartnerId))
        {
            EntityId.TryParse(EntityId.Partner, PartnerId, out var partner);
            where += " AND partner_id = @partner";
            arguments.Add("partner", partner);
        }

        return (where, arguments);

        void Add(string condition, string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                where += " AND " + condition;
                arguments.Add(name, value);
            }
        }
    }

    private void RefuseUnsupported()
    {
        var asked = new[] { ("tagId", TagId), ("tagIds", TagIds), ("tagNames", TagNames), ("userId", UserId), ("folderId", FolderId == "unsorted" ? null : FolderId) }
            .FirstOrDefault(field => !string.IsNullOrEmpty(field.Item2)).Item1;
        if (asked is not null)
        {
            throw ApiError.Unprocessable($"{asked}: not supported by this version; leave it out.");
        }
    }
}

internal sealed class DomainCount
{
    public string Domain { get; set; } = "";

    [System.Text.Json.Serialization.JsonPropertyName("_count")]
    public long Count { get; set; }
}
