using System.Security.Cryptography;
using System.Text;

namespace Gateway.Actors.Hosting;

/// <summary>Marks an endpoint that only the sidecar may call: it does not exist on the public port.</summary>
internal sealed class AppPortOnly
{
    public static readonly AppPortOnly Instance = new();
}

/// <summary>Keeps what the sidecar calls away from everybody else.</summary>
public static class AppPort
{
    /// <summary>Marks endpoints as the sidecar's.</summary>
    public static TBuilder OnAppPortOnly<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint =>
        {
            endpoint.Metadata.Add(AppPortOnly.Instance);
            // Dapr's actor handlers bring a /healthz of their own; Gateway's comes first.
            if (endpoint is RouteEndpointBuilder route) route.Order = 1;
        });
        return builder;
    }

    /// <summary>
    /// After routing: the sidecar's endpoints are found on the app port only, by the port of the connection (a Host header can be
    /// forged), and with the token <c>APP_API_TOKEN</c> when one is set.
    /// </summary>
    public static IApplicationBuilder UseAppPort(this IApplicationBuilder app, int port, string? token)
    {
        var expected = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));
        return app.Use((context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<AppPortOnly>() is null) return next(context);
            if (context.Connection.LocalPort != port) context.Response.StatusCode = StatusCodes.Status404NotFound;
            else if (expected is not null && !Matches(context.Request.Headers["dapr-api-token"].ToString(), expected))
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            else return next(context);
            return Task.CompletedTask;
        });
    }

    private static bool Matches(string token, byte[] expected) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), expected);
}
