using LinkTracker.Aggregator.Api;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LinkTracker.Aggregator.Links;

/// <summary>A <see cref="LinkRequest"/> in the OpenAPI document of which nothing is needed.</summary>
internal static class LinkUpdate
{
    public static async Task<IOpenApiSchema> DescribeAsync(OpenApiOperationTransformerContext context)
    {
        var change = await context.GetOrCreateSchemaAsync(typeof(LinkRequest));
        change.Required = null;
        return ApiSchemas.Named(context, nameof(LinkUpdate), change);
    }

    /// <summary>The body of a bulk update, with the change in it.</summary>
    public static async Task<IOpenApiSchema> DescribeBulkAsync(OpenApiOperationTransformerContext context)
    {
        var ids = ApiSchemas.ArrayOf(ApiSchemas.Text());
        return ApiSchemas.ObjectOf(new() { ["data"] = await DescribeAsync(context) }, new() { ["linkIds"] = ids, ["externalIds"] = ids });
    }
}
