using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Api.RateLimits;

/// <summary>Writes a surface's own 429. <c>X-RateLimit-*</c> are set already; <c>Retry-After</c> and the body are the surface's.</summary>
internal delegate Task RateLimitRejection(HttpContext context, RateLimitStatus status);

/// <summary>Puts a limit on endpoints.</summary>
internal static class RateLimitEndpoints
{
    private static readonly object TellingKey = new();

    /// <summary>Adds the limiter, on the relational store, and its settings, section <c>Gateway:RateLimits</c>.</summary>
    public static IServiceCollection AddRateLimits(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RateCounters>();
        services.TryAddSingleton<RateLimiter>();
        services.TryAddSingleton<RateExchange>();
        services.AddHostedService(provider => provider.GetRequiredService<RateExchange>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RateLimitOptions>, RateLimitOptionsValidator>());
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateOnStart();
        return services;
    }

    /// <summary>
    /// Limits an endpoint or a group by <paramref name="rule"/>. It runs after authentication and authorization and before
    /// the body is read, so every answer of the endpoint carries <c>X-RateLimit-*</c>, an unreadable body's too.
    /// </summary>
    public static TBuilder LimitRequests<TBuilder>(this TBuilder builder, RateLimitRule rule, RateLimitRejection reject)
        where TBuilder : IEndpointConventionBuilder
    {
        // Wrapped around the endpoint rather than added as an endpoint filter: filters run after binding, and not at all
        // when a body cannot be read.
        builder.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } next) endpoint.RequestDelegate = context => LimitAsync(context, next, rule, reject);
        });
        return builder;
    }

    private static async Task LimitAsync(HttpContext context, RequestDelegate next, RateLimitRule rule, RateLimitRejection reject)
    {
        if (await CountAsync(context, rule) is { IsExceeded: true } status) await reject(context, status);
        else await next(context);
    }

    /// <summary>Counts a request and sets the headers of its answer; null when the rule does not apply to it or is off.</summary>
    public static async ValueTask<RateLimitStatus?> CountAsync(HttpContext context, RateLimitRule rule)
    {
        var status = await context.RequestServices.GetRequiredService<RateLimiter>().CountAsync(rule, context);
        if (status is not null) Tell(context, status);
        return status;
    }

    /// <summary>Sets the headers. Of several limits on a request the one that leaves the least is told.</summary>
    private static void Tell(HttpContext context, RateLimitStatus status)
    {
        if (context.Items[TellingKey] is RateLimitStatus told)
        {
            if (status.Remaining <= told.Remaining) context.Items[TellingKey] = status;
            return;
        }

        context.Items[TellingKey] = status;
        // As the response starts, since an exception handler clears what was set before.
        context.Response.OnStarting(
            static state =>
            {
                var context = (HttpContext)state;
                ((RateLimitStatus)context.Items[TellingKey]!).WriteTo(context.Response.Headers);
                return Task.CompletedTask;
            },
            context);
    }
}
