using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LinkTracker.Aggregator.Api;

/// <summary>What the OpenAPI document says where no type of C# does: bodies that are files, and answers whose fields depend on the request.</summary>
internal static class ApiSchemas
{
    private const string Json = "application/json";

    public static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    public static OpenApiSchema TextOrNull() => new() { Type = JsonSchemaType.String | JsonSchemaType.Null };

    public static OpenApiSchema Whole() => new() { Type = JsonSchemaType.Integer, Format = "int64" };

    public static OpenApiSchema Flag() => new() { Type = JsonSchemaType.Boolean };

    public static OpenApiSchema ArrayOf(IOpenApiSchema items) => new() { Type = JsonSchemaType.Array, Items = items };

    public static OpenApiSchema MapOf(IOpenApiSchema values) => new() { Type = JsonSchemaType.Object, AdditionalProperties = values };

    public static OpenApiSchema OneOf(params IList<IOpenApiSchema> schemas) => new() { OneOf = schemas };

    /// <param name="optional">Properties that not every object has.</param>
    public static OpenApiSchema ObjectOf(Dictionary<string, IOpenApiSchema> required, Dictionary<string, IOpenApiSchema> optional) => new()
    {
        Type = JsonSchemaType.Object,
        Required = required.Keys.ToHashSet(),
        Properties = required.Concat(optional).ToDictionary(),
    };

    /// <summary>A type that stands among the document's components because some route takes or answers it.</summary>
    public static OpenApiSchemaReference Known<T>(OpenApiOperationTransformerContext context) => new(typeof(T).Name, context.Document);

    /// <summary>Adds a component to the document.</summary>
    public static OpenApiSchemaReference Named(OpenApiOperationTransformerContext context, string name, OpenApiSchema schema)
    {
        context.Document!.AddComponent(name, schema);
        return new OpenApiSchemaReference(name, context.Document);
    }

    /// <summary>Describes the answer to a request that succeeded.</summary>
    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder route, Func<OpenApiOperationTransformerContext, Task<IOpenApiSchema>> describe) =>
        route.AddOpenApiOperationTransformer(async (operation, context, _) =>
            operation.Responses!["200"].Content![Json].Schema = await describe(context));

    /// <summary>Describes the body where the type that it is read into says too much or too little.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder route, Func<OpenApiOperationTransformerContext, Task<IOpenApiSchema>> describe) =>
        route.AddOpenApiOperationTransformer(async (operation, context, _) =>
            operation.RequestBody!.Content![Json].Schema = await describe(context));

    /// <summary>
    /// Describes a body that is a file. (The framework's own metadata would also refuse other media types, in its words.)
    /// </summary>
    public static RouteHandlerBuilder TakesFile(this RouteHandlerBuilder route, params string[] mediaTypes) =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = mediaTypes.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = Text() }),
            };
            return Task.CompletedTask;
        });
}
