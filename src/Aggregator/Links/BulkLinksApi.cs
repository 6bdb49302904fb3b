using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LinkTracker.Aggregator.Links;

/// <summary>Up to a hundred links in one request and one transaction.</summary>
internal sealed class BulkLinksApi(Database database, LinkStore links, LinkPresenter presenter, Settings settings)
{
    private const int MaxItems = 100;

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<BulkLinksApi>(services);
        var group = routes.MapGroup("/links/bulk").WithTags("Links");
        group.MapPost("", api.CreateAsync).WithName("bulkCreateLinks").Produces<LinkResponse[]>().Answers(DescribeAsync);
        group.MapPatch("", api.UpdateAsync).WithName("bulkUpdateLinks").Takes(LinkUpdate.DescribeBulkAsync);
        group.MapDelete("", api.DeleteAsync).WithName("bulkDeleteLinks");
    }

    private static async Task<IOpenApiSchema> DescribeAsync(OpenApiOperationTransformerContext context)
    {
        var error = ApiSchemas.Named(context, nameof(BulkError), await context.GetOrCreateSchemaAsync(typeof(BulkError)));
        return ApiSchemas.ArrayOf(ApiSchemas.OneOf(ApiSchemas.Known<LinkResponse>(context), error));
    }

    /// <summary>Makes those that can be made; the others' places in the answer hold the error.</summary>
    private async Task<IReadOnlyList<object>> CreateAsync(BodyList<LinkRequest> body, CancellationToken cancellation)
    {
        Fields.Between(body.Items.Count, "The number of items", 1, MaxItems);
        RefuseRepeats(body.Items);
        return await database.WriteAsync<IReadOnlyList<object>>(session => [.. body.Items.Select(item => Create(session, item))], cancellation);
    }

    // A refusal comes before the first write of an item, so what it leaves behind is nothing.
    private object Create(Session session, Body<LinkRequest> item)
    {
        try
        {
            return presenter.Present(session, links.Create(session, item));
        }
        catch (ApiError error)
        {
            return new BulkError(item.Value, error.Message, error.Code);
        }
    }

    private void RefuseRepeats(IReadOnlyList<Body<LinkRequest>> items)
    {
        var seen = new HashSet<(string, string)>();
        foreach (var item in items)
        {
            var domain = string.IsNullOrEmpty(item.Value.Domain) ? settings.DefaultDomain : item.Value.Domain.ToLowerInvariant();
            if (!string.IsNullOrEmpty(item.Value.Key) && !seen.Add((domain, item.Value.Key)))
            {
                throw ApiError.BadRequest($"key: {item.Value.Key} stands in more than one item; each key once.");
            }
        }
    }

    /// <summary>The same change for every link named: all of them, or none.</summary>
    private Task<IReadOnlyList<LinkResponse>> UpdateAsync(Body<BulkUpdate> body, CancellationToken cancellation)
    {
        string[] names = [.. Named(body.Value.LinkIds, "linkIds"), .. Named(body.Value.ExternalIds, "externalIds").Select(id => id.StartsWith("ext_", StringComparison.Ordinal) ? id : "ext_" + id)];
        Fields.Between(names.Length, "The number of linkIds and externalIds", 1, MaxItems);
        var data = body.Value.Data ?? throw ApiError.Unprocessable("data: is needed.");
        var change = Body<LinkRequest>.Of(data, "data");
        foreach (var field in new[] { "domain", "key", "externalId", "keyLength", "prefix" })
        {
            if (change.Has(field))
            {
                throw ApiError.Unprocessable($"data.{field}: cannot be the same for many links; change it link by link.");
            }
        }

        return database.WriteAsync(
            session =>
            {
                var rows = names.Distinct(StringComparer.Ordinal).Select(name => LinkStore.Get(session, name)).DistinctBy(row => row.Id).ToList();
                rows.ForEach(row => links.Update(session, row, change));
                return presenter.Present(session, rows);
            },
            cancellation);
    }

    private static string[] Named(string?[]? ids, string field) => (ids ?? []).Contains(null)
        ? throw ApiError.Unprocessable($"{field}: must be an array of strings, without null.")
        : [.. (ids ?? []).Select(id => Fields.Plain(id, field)!)];

    private Task<DeletedLinks> DeleteAsync(string? linkIds, CancellationToken cancellation)
    {
        var names = (linkIds ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToList();
        Fields.Between(names.Count, "The number of linkIds", 1, MaxItems);
        return database.WriteAsync(
            session =>
            {
                // Links that are gone already are what the caller wants: they are not counted and no error.
                var rows = names
                    .Select(name => EntityId.TryParse(EntityId.Link, name, out var id) ? LinkStore.Find(session, id) : null)
                    .OfType<LinkRow>().ToList();
                rows.ForEach(row => links.Delete(session, row));
                return new DeletedLinks(rows.Count);
            },
            cancellation);
    }
}

internal sealed class BulkUpdate
{
    public string?[]? LinkIds { get; set; }

    public string?[]? ExternalIds { get; set; }

    /// <summary>The fields of an update, without domain, key and externalId.</summary>
    public System.Text.Json.JsonElement? Data { get; set; }
}

/// <param name="Link">The item as it was sent.</param>
internal sealed record BulkError(LinkRequest Link, string Error, string Code);
