using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Links;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>The answers of analytics and events in the OpenAPI document. Their fields depend on what is asked for.</summary>
internal static class ReportSchemas
{
    /// <summary>One object for a count, else an array of the same with the fields of their group.</summary>
    public static Task<IOpenApiSchema> AnalyticsAsync(OpenApiOperationTransformerContext context) => RowsAsync(context, "AnalyticsRow");

    /// <summary>The same about one partner, with what it earned.</summary>
    public static Task<IOpenApiSchema> PartnerAsync(OpenApiOperationTransformerContext context) => RowsAsync(context, "PartnerAnalyticsRow", "earnings");

    private static Task<IOpenApiSchema> RowsAsync(OpenApiOperationTransformerContext context, string name, params ReadOnlySpan<string> more)
    {
        var row = ApiSchemas.ObjectOf(
            new()
            {
                ["clicks"] = ApiSchemas.Whole(),
                ["leads"] = ApiSchemas.Whole(),
                ["sales"] = ApiSchemas.Whole(),
                ["saleAmount"] = ApiSchemas.Whole(),
                ["saleAmounts"] = ApiSchemas.MapOf(ApiSchemas.Whole()),
                ["raw"] = ApiSchemas.Whole(),
                ["unique"] = ApiSchemas.Whole(),
                ["excluded"] = ApiSchemas.MapOf(ApiSchemas.Whole()),
            },
            Texts(ApiSchemas.TextOrNull, [.. Grouping.Fields, "start", "id", "key", "shortLink", "createdAt", "title", "comments", "folderId"]));
        foreach (var number in more)
        {
            row.Properties![number] = ApiSchemas.Whole();
            row.Required!.Add(number);
        }

        var one = ApiSchemas.Named(context, name, row);
        return Task.FromResult<IOpenApiSchema>(ApiSchemas.OneOf(one, ApiSchemas.ArrayOf(one)));
    }

    public static Task<IOpenApiSchema> EventsAsync(OpenApiOperationTransformerContext context)
    {
        var click = Texts(
            ApiSchemas.Text,
            "id", "timestamp", "url", "country", "city", "region", "continent", "device", "browser", "os", "trigger", "referer", "refererUrl", "ip", "channel");
        (click["qr"], click["ua"], click["disposition"]) = (ApiSchemas.Flag(), ApiSchemas.TextOrNull(), ApiSchemas.TextOrNull());
        var required = Texts(
            ApiSchemas.Text,
            "event", "timestamp", "click_id", "link_id", "domain", "key", "url", "continent", "country", "city", "device", "browser", "os", "ip");
        required["qr"] = ApiSchemas.Whole();
        required["click"] = ApiSchemas.ObjectOf(click, []);
        required["link"] = ApiSchemas.Known<LinkResponse>(context);

        // Of leads and sales, and of sales alone.
        var optional = Texts(ApiSchemas.Text, "eventId", "eventName", "invoice_id", "payment_processor");
        optional["customer"] = ApiSchemas.Known<CustomerResponse>(context);
        optional["metadata"] = new OpenApiSchema { Type = JsonSchemaType.Object | JsonSchemaType.Null };
        optional["creditVersion"] = ApiSchemas.Whole();
        optional["credits"] = ApiSchemas.ArrayOf(ApiSchemas.ObjectOf(
            new() { ["linkId"] = ApiSchemas.Text(), ["method"] = ApiSchemas.Text(), ["weight"] = ApiSchemas.Whole() },
            new(Texts(ApiSchemas.TextOrNull, "partnerId", "clickId")) { ["amount"] = new OpenApiSchema { Type = JsonSchemaType.Integer | JsonSchemaType.Null } }));
        optional["saleAmount"] = ApiSchemas.Whole();
        optional["sale"] = ApiSchemas.ObjectOf(new() { ["amount"] = ApiSchemas.Whole() }, Texts(ApiSchemas.TextOrNull, "currency", "paymentProcessor", "invoiceId"));
        return Task.FromResult<IOpenApiSchema>(ApiSchemas.ArrayOf(ApiSchemas.Named(context, "Event", ApiSchemas.ObjectOf(required, optional))));
    }

    private static Dictionary<string, IOpenApiSchema> Texts(Func<OpenApiSchema> schema, params IEnumerable<string> names) =>
        names.Distinct().ToDictionary(name => name, _ => (IOpenApiSchema)schema());
}
