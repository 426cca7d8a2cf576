using Dapr;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Unwraps CloudEvents.</summary>
public static class DaprApplicationBuilderExtensions
{
    /// <summary>
    /// Replaces a request's <c>application/cloudevents+json</c> body by the event's data, and its content type by the event's
    /// <c>datacontenttype</c> (<c>application/json</c> when it has none). Base64 data is decoded; an event with both kinds of
    /// data is answered with 400.
    /// </summary>
    public static IApplicationBuilder UseCloudEvents(this IApplicationBuilder builder) =>
        UseCloudEvents(builder, new CloudEventsMiddlewareOptions());

    /// <summary>As the other overload, with options.</summary>
    public static IApplicationBuilder UseCloudEvents(this IApplicationBuilder builder, CloudEventsMiddlewareOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        return builder.UseMiddleware<CloudEventsMiddleware>(options);
    }
}
