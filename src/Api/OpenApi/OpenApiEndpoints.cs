namespace Gateway.Api.OpenApi;

/// <summary>The API document at <c>/openapi/v1.json</c> and a page to browse it at <c>/docs</c>.</summary>
internal static class OpenApiEndpoints
{
    private const string Document = "v1", DocumentPath = "/openapi/v1.json", Page = "docs";

    /// <summary>Registers the document.</summary>
    public static IServiceCollection AddApiDocument(this IServiceCollection services)
    {
        services.AddOpenApi(Document, options =>
        {
            options.ShouldInclude = api => api.RelativePath is { } path && IsDocumented(path);
            options.AddDocumentTransformer<DocumentFrame>();
            options.AddOperationTransformer<OperationDetails>();
            options.AddSchemaTransformer<MemberRules>();
        });
        return services;
    }

    /// <summary>Maps the document and the page. The page's files are part of the program; it asks no other host for anything.</summary>
    public static WebApplication MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = Page;
            page.DocumentTitle = "Gateway API";
            page.SwaggerEndpoint(DocumentPath, "Gateway");
        });
        return app;
    }

    private static bool IsDocumented(string path) =>
        path.StartsWith("api/v1/", StringComparison.Ordinal) || path is "healthz" or "readyz" or "version";
}
