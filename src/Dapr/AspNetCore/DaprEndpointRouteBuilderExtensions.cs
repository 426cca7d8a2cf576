using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what a sidecar asks an application for its subscriptions.</summary>
public static class DaprEndpointRouteBuilderExtensions
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>
    /// Maps <c>GET /dapr/subscribe</c>: the topics of <c>WithTopic</c> and <see cref="TopicAttribute"/>, for example
    /// <c>[{"topic":"orders","pubsubName":"pubsub","route":"orders"}]</c>.
    /// </summary>
    public static IEndpointConventionBuilder MapSubscribeHandler(this IEndpointRouteBuilder endpoints) =>
        Map(endpoints, null);

    /// <summary>As the other overload, with options for every topic.</summary>
    public static IEndpointConventionBuilder MapSubscribeHandler(this IEndpointRouteBuilder endpoints, SubscribeOptions? options) =>
        Map(endpoints, options);

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, SubscribeOptions? options)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        RequestDelegate handler = context =>
        {
            var services = context.RequestServices;
            var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Dapr.Subscriptions");
            var list = SubscriptionList.From(services.GetRequiredService<EndpointDataSource>().Endpoints, options, logger);
            return context.Response.WriteAsync(JsonSerializer.Serialize(list, Json), context.RequestAborted);
        };
        return endpoints.MapGet("dapr/subscribe", handler);
    }
}
