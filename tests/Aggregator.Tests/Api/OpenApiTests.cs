using System.Text.Json;
using System.Text.RegularExpressions;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Tests.Api;

public class OpenApiTests
{
    [Fact]
    public async Task The_document_describes_bodies_answers_errors_parameters_and_the_key()
    {
        await using var server = await AggregatorServer.StartAsync();
        var document = (await server.GetAsync("/openapi.json", key: null)).Ok();
        var create = document.GetProperty("paths").GetProperty("/links").GetProperty("post");
        Assert.Equal("#/components/schemas/LinkRequest", SchemaOf(create.GetProperty("requestBody")));
        Assert.Equal("#/components/schemas/LinkResponse", SchemaOf(create.GetProperty("responses").GetProperty("200")));
        Assert.Equal("#/components/schemas/ErrorEnvelope", SchemaOf(create.GetProperty("responses").GetProperty("422")));
        Assert.Contains("utm_source", document.GetProperty("components").GetProperty("schemas").GetProperty("LinkRequest").GetProperty("properties").EnumerateObject().Select(property => property.Name));
        Assert.Contains("showArchived", document.GetProperty("paths").GetProperty("/links").GetProperty("get").GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()));
        Assert.Equal("#/components/schemas/LeadAnswer", SchemaOf(document.GetProperty("paths").GetProperty("/track/lead").GetProperty("post").GetProperty("responses").GetProperty("200")));
        Assert.Equal("#/components/schemas/RefundAnswer", SchemaOf(document.GetProperty("paths").GetProperty("/track/refund").GetProperty("post").GetProperty("responses").GetProperty("200")));
        Assert.Equal("#/components/schemas/CustomerResponse", SchemaOf(document.GetProperty("paths").GetProperty("/customers").GetProperty("post").GetProperty("responses").GetProperty("201")));
        Assert.Equal("#/components/schemas/ReplayAnswer", SchemaOf(document.GetProperty("paths").GetProperty("/quarantine/replay").GetProperty("post").GetProperty("responses").GetProperty("200")));
        Assert.Equal("#/components/schemas/CommissionMade", SchemaOf(document.GetProperty("paths").GetProperty("/commissions").GetProperty("post").GetProperty("responses").GetProperty("202")));
        Assert.Equal("#/components/schemas/StatementResponse", SchemaOf(document.GetProperty("paths").GetProperty("/partners/{id}/statement").GetProperty("get").GetProperty("responses").GetProperty("200")));
        Assert.Contains("missing", document.GetProperty("components").GetProperty("schemas").GetProperty("WaitingSale").GetProperty("properties").EnumerateObject().Select(property => property.Name));
        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("key").GetProperty("scheme").GetString());
    }

    [Fact]
    public async Task The_document_tells_what_is_needed_and_what_is_not()
    {
        var (paths, schemas) = await ReadAsync();
        foreach (var (name, needed) in new[] { ("LinkRequest", "url"), ("LeadRequest", "customerExternalId eventName"), ("SaleRequest", "amount customerExternalId"), ("EventRequest", "customerExternalId eventName"), ("RefundRequest", "invoiceId refundId"), ("CancellationRequest", "customerExternalId"), ("CustomerRequest", "externalId"), ("PartnerRequest", "email") })
        {
            Assert.Equal(needed, string.Join(' ', schemas.GetProperty(name).GetProperty("required").EnumerateArray().Select(field => field.GetString()).Order(StringComparer.Ordinal)));
        }

        Assert.Equal("#/components/schemas/LinkUpdate", SchemaOf(paths.GetProperty("/links/{linkId}").GetProperty("patch").GetProperty("requestBody")));
        Assert.False(schemas.GetProperty("LinkUpdate").TryGetProperty("required", out _));
    }

    [Fact]
    public async Task The_document_says_of_every_field_of_rules_what_it_means_and_may_be()
    {
        var (_, schemas) = await ReadAsync();

        // What is an object has a component of its own, which says what it is.
        Assert.All(RuleFields.All.Where(field => field.Name != "tiers"), field =>
        {
            var schema = schemas.GetProperty(field.Of.Name).GetProperty("properties").GetProperty(field.Name);
            if (field.Choices is { } choices)
            {
                Assert.Equal(choices, schema.GetProperty("enum").EnumerateArray().Select(choice => choice.GetString()));
            }

            if (field.Range is var (least, most))
            {
                Assert.Equal((least, most), (schema.GetProperty("minimum").GetInt64(), schema.GetProperty("maximum").GetInt64()));
            }

            Assert.True(schema.TryGetProperty("description", out var about), field.Name);
            Assert.Equal(field.About, about.GetString());
        });
    }

    [Fact]
    public async Task The_document_describes_uploads_errors_of_items_and_the_rows_of_reports()
    {
        var (paths, schemas) = await ReadAsync();
        var import = paths.GetProperty("/links/import").GetProperty("post").GetProperty("requestBody").GetProperty("content");
        Assert.Equal(["text/csv", "application/x-ndjson"], import.EnumerateObject().Select(type => type.Name));

        var items = JsonOf(paths.GetProperty("/links/bulk").GetProperty("post").GetProperty("responses").GetProperty("200")).GetProperty("items").GetProperty("oneOf");
        Assert.Equal(["#/components/schemas/LinkResponse", "#/components/schemas/BulkError"], items.EnumerateArray().Select(item => item.GetProperty("$ref").GetString()));
        Assert.Equal("#/components/schemas/LinkTag", schemas.GetProperty("LinkResponse").GetProperty("properties").GetProperty("tags").GetProperty("items").GetProperty("$ref").GetString());

        var analytics = JsonOf(paths.GetProperty("/analytics").GetProperty("get").GetProperty("responses").GetProperty("200")).GetProperty("oneOf");
        Assert.Equal("#/components/schemas/AnalyticsRow", analytics[0].GetProperty("$ref").GetString());
        Assert.Equal("#/components/schemas/AnalyticsRow", analytics[1].GetProperty("items").GetProperty("$ref").GetString());
        Assert.Equal("#/components/schemas/Event", JsonOf(paths.GetProperty("/events").GetProperty("get").GetProperty("responses").GetProperty("200")).GetProperty("items").GetProperty("$ref").GetString());
        Assert.Equal("#/components/schemas/CaseDetails", JsonOf(paths.GetProperty("/fraud/cases/{id}/resolve").GetProperty("post").GetProperty("responses").GetProperty("200")).GetProperty("$ref").GetString());
        Assert.Equal("#/components/schemas/FraudPreviewRequest", SchemaOf(paths.GetProperty("/programs/{id}/fraud/preview").GetProperty("post").GetProperty("requestBody")));
        Assert.All(["403", "413", "415"], status => paths.GetProperty("/links").GetProperty("post").GetProperty("responses").GetProperty(status));
    }

    [Fact]
    public async Task Real_rows_and_events_have_the_fields_that_the_document_tells()
    {
        var (_, schemas) = await ReadAsync();
        await using var server = await AggregatorServer.StartAsync();
        await server.HasLinkAsync("ana");
        (await server.PostAsync("/track/lead", new { clickId = "", referralCode = "ana", eventName = "e", customerExternalId = "c" })).Ok();
        (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1 })).Ok();
        Holds(schemas.GetProperty("AnalyticsRow"), (await server.GetAsync("/analytics")).Ok());
        foreach (var groupBy in new[] { "timeseries", "countries", "referer_urls", "top_links", "utm_sources", "channels" })
        {
            Assert.All((await server.GetAsync("/analytics?event=composite&groupBy=" + groupBy)).Ok().EnumerateArray(), row => Holds(schemas.GetProperty("AnalyticsRow"), row));
        }

        foreach (var kind in new[] { "leads", "sales" })
        {
            var row = Assert.Single((await server.GetAsync("/events?event=" + kind)).Ok().EnumerateArray());
            Holds(schemas.GetProperty("Event"), row);
            Holds(schemas.GetProperty("Event").GetProperty("properties").GetProperty("click"), row.GetProperty("click"));
        }
    }

    [Fact]
    public async Task Every_reference_leads_to_a_component()
    {
        await using var server = await AggregatorServer.StartAsync();
        var text = (await server.GetAsync("/openapi.json", key: null)).Text;
        var schemas = JsonSerializer.Deserialize<JsonElement>(text).GetProperty("components").GetProperty("schemas");
        Assert.All(Regex.Matches(text, "#/components/schemas/(\\w+)").Select(match => match.Groups[1].Value).Distinct(), name => schemas.GetProperty(name));
    }

    private static void Holds(JsonElement schema, JsonElement value)
    {
        var names = value.EnumerateObject().Select(property => property.Name).ToHashSet();
        Assert.Subset(schema.GetProperty("properties").EnumerateObject().Select(property => property.Name).ToHashSet(), names);
        Assert.All(schema.GetProperty("required").EnumerateArray(), name => Assert.Contains(name.GetString()!, names));
    }

    private static async Task<(JsonElement Paths, JsonElement Schemas)> ReadAsync()
    {
        await using var server = await AggregatorServer.StartAsync();
        var document = (await server.GetAsync("/openapi.json", key: null)).Ok();
        return (document.GetProperty("paths"), document.GetProperty("components").GetProperty("schemas"));
    }

    private static string? SchemaOf(JsonElement part) => JsonOf(part).GetProperty("$ref").GetString();

    private static JsonElement JsonOf(JsonElement part) => part.GetProperty("content").GetProperty("application/json").GetProperty("schema");
}
