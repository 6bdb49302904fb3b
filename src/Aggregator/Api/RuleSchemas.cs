using System.Globalization;
using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Programs;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LinkTracker.Aggregator.Api;

/// <summary>Says in the OpenAPI document what the fields of rules mean, and what they may be.</summary>
internal static class RuleSchemas
{
    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        if (context.JsonPropertyInfo is { } property && RuleFields.Find(property.DeclaringType, property.Name) is { } field)
        {
            schema.Description = field.About;
            schema.Enum = field.Choices?.Select(choice => (JsonNode)JsonValue.Create(choice)).ToList() ?? schema.Enum;
            schema.Minimum = field.Range?.Least.ToString(CultureInfo.InvariantCulture) ?? schema.Minimum;
            schema.Maximum = field.Range?.Most.ToString(CultureInfo.InvariantCulture) ?? schema.Maximum;
        }

        return Task.CompletedTask;
    }
}
