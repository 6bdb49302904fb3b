using System.Text.Json;

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
        Assert.Equal("#/components/schemas/ReplayAnswer", SchemaOf(document.GetProperty("paths").GetProperty("/quarantine/replay").GetProperty("post").GetProperty("responses").GetProperty("200")));
        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("key").GetProperty("scheme").GetString());
    }

    private static string? SchemaOf(JsonElement part) =>
        part.GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString();
}
