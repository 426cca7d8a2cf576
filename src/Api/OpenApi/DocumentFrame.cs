using Gateway.Actors.Hosting;
using Gateway.Api.Auth;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Gateway.Api.OpenApi;

/// <summary>What the document says of the API as a whole.</summary>
internal sealed class DocumentFrame : IOpenApiDocumentTransformer
{
    /// <inheritdoc />
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Gateway",
            Version = BuildInfo.Version,
            Description = "One control plane for fleets of devices: registration, heartbeats, a durable command queue per device, sessions with human approval. All times are UTC, ISO 8601.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [GatewaySchemes.Customer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "A customer's Supabase token.",
            },
            [GatewaySchemes.Device] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-Device-Token",
                Description = "A device's session token, from POST /api/v1/device/auth.",
            },
        };
        return Task.CompletedTask;
    }
}
