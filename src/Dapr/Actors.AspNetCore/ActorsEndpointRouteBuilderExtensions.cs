using Dapr.Actors;
using Dapr.Actors.Communication;
using Dapr.Actors.Runtime;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what a sidecar calls.</summary>
public static class ActorsEndpointRouteBuilderExtensions
{
    private const string ReentrancyHeader = "Dapr-Reentrancy-Id";
    private const int HealthOrder = 100;

    /// <summary>
    /// Maps <c>GET /dapr/config</c>, <c>PUT /actors/{type}/{id}/method/{method}</c> with <c>remind/{name}</c> and
    /// <c>timer/{name}</c>, <c>DELETE /actors/{type}/{id}</c>, and <c>GET /healthz</c> (anonymous, after routes of the
    /// application's own). None asks for authentication.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="ActorsServiceCollectionExtensions.AddActors"/> was not called.</exception>
    public static IEndpointConventionBuilder MapActorsHandlers(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var runtime = endpoints.ServiceProvider.GetService<ActorRuntime>()
            ?? throw new InvalidOperationException("The actor runtime is not registered. Call AddActors() on the services.");

        RequestDelegate config = context => ConfigAsync(context, runtime);
        RequestDelegate method = context => MethodAsync(context, runtime);
        RequestDelegate reminder = context => ReminderAsync(context, runtime);
        RequestDelegate timer = context => TimerAsync(context, runtime);
        RequestDelegate deactivation = context => runtime.Manager(Route(context, "type")).DeactivateAsync(Id(context));
        return new Endpoints(
        [
            endpoints.MapGet("dapr/config", config).WithDisplayName("Dapr Actors Config"),
            endpoints.MapDelete("actors/{type}/{id}", deactivation).WithDisplayName("Dapr Actors Deactivation"),
            endpoints.MapPut("actors/{type}/{id}/method/{method}", method).WithDisplayName("Dapr Actors Invoke"),
            endpoints.MapPut("actors/{type}/{id}/method/remind/{name}", reminder).WithDisplayName("Dapr Actors Reminder"),
            endpoints.MapPut("actors/{type}/{id}/method/timer/{name}", timer).WithDisplayName("Dapr Actors Timer"),
            Health(endpoints),
        ]);
    }

    private static IEndpointConventionBuilder Health(IEndpointRouteBuilder endpoints)
    {
        var health = endpoints.MapHealthChecks("/healthz").WithMetadata(new AllowAnonymousAttribute());
        health.Add(builder => ((RouteEndpointBuilder)builder).Order = HealthOrder);
        return health.WithDisplayName("Dapr Actors Health Check");
    }

    private static async Task ConfigAsync(HttpContext context, ActorRuntime runtime)
    {
        context.Response.ContentType = "application/json";
        runtime.WriteConfig(context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static async Task MethodAsync(HttpContext context, ActorRuntime runtime)
    {
        var method = Route(context, "method");
        var aborted = context.RequestAborted;
        if (context.Request.Headers[ReentrancyHeader] is [{ } chain, ..]) ReentrancyContext.Id = chain;
        if (context.Request.Headers[RemotingHeader.RequestName] is [{ } header, ..])
        {
            await TypedMethodAsync(context, runtime, method, header);
            return;
        }

        var result = await runtime.Manager(Route(context, "type"))
            .InvokeByNameAsync(Id(context), method, await BodyAsync(context), aborted);
        await context.Response.Body.WriteAsync(result, aborted);
    }

    /// <summary>Every failure of a typed call is HTTP 200 with an error header: any other status, the caller's sidecar makes its own error of.</summary>
    private static async Task TypedMethodAsync(HttpContext context, ActorRuntime runtime, string method, string header)
    {
        var aborted = context.RequestAborted;
        byte[] reply;
        ActorManager? manager = null;
        try
        {
            manager = runtime.Manager(Route(context, "type"));
            reply = await manager.InvokeTypedAsync(Id(context), method, header, await BodyAsync(context), aborted);
        }
        catch (Exception exception) when (!aborted.IsCancellationRequested)
        {
            manager?.LogFailure(Id(context), method, exception);
            (var error, reply) = RemotingError.Write(exception);
            context.Response.Headers[RemotingHeader.ErrorName] = error;
        }

        await context.Response.Body.WriteAsync(reply, aborted);
    }

    private static async Task ReminderAsync(HttpContext context, ActorRuntime runtime) =>
        await runtime.Manager(Route(context, "type"))
            .FireReminderAsync(Id(context), Route(context, "name"), await BodyAsync(context), context.RequestAborted);

    private static async Task TimerAsync(HttpContext context, ActorRuntime runtime)
    {
        await runtime.Manager(Route(context, "type")).FireTimerAsync(Id(context), await BodyAsync(context), context.RequestAborted);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("false", context.RequestAborted);
    }

    private static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    private static ActorId Id(HttpContext context) => new(Route(context, "id"));

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private sealed class Endpoints(IEndpointConventionBuilder[] inner) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention)
        {
            foreach (var builder in inner) builder.Add(convention);
        }

        public void Finally(Action<EndpointBuilder> finallyConvention)
        {
            foreach (var builder in inner) builder.Finally(finallyConvention);
        }
    }
}
