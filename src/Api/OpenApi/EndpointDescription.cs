using System.Net.Mime;
using Gateway.Api.Surfaces.Gateway;

namespace Gateway.Api.OpenApi;

/// <summary>What the API document says of an endpoint of the Gateway surface; none of it changes how requests are handled.</summary>
internal static class EndpointDescription
{
    /// <summary>What it does, in one line.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string summary) => endpoint.WithSummary(summary);

    /// <summary>The body that it takes. Not <c>Accepts</c>: that would answer 415 before asking who calls.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint, bool optional = false) =>
        endpoint.WithMetadata(new RequestBodyType(typeof(T), !optional));

    /// <summary>A query parameter.</summary>
    public static RouteHandlerBuilder Query(this RouteHandlerBuilder endpoint, string name, string description) =>
        endpoint.WithMetadata(new QueryParameter(name, description));

    /// <summary>A success and its body.</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder endpoint, int status = StatusCodes.Status200OK) =>
        endpoint.Produces<T>(status, MediaTypeNames.Application.Json);

    /// <summary>The failures, all in the surface's error format.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses) endpoint.Produces<ErrorAnswer>(status, MediaTypeNames.Application.Json);
        return endpoint;
    }
}

/// <summary>The body that an endpoint takes.</summary>
internal sealed record RequestBodyType(Type Type, bool Required);

/// <summary>A query parameter that an endpoint reads.</summary>
internal sealed record QueryParameter(string Name, string Description);
