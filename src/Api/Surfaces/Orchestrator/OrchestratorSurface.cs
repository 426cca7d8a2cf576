using Gateway.Api.RateLimits;
using Gateway.Api.Surfaces.Orchestrator.Access;
using Gateway.Api.Surfaces.Orchestrator.Devices;
using Gateway.Api.Surfaces.Orchestrator.Emergency;
using Gateway.Api.Surfaces.Orchestrator.Errors;
using Gateway.Api.Surfaces.Orchestrator.Nodes;
using Gateway.Api.Surfaces.Orchestrator.Sockets;
using Gateway.Api.Surfaces.Orchestrator.Tasks;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Orchestrator;

/// <summary>The Orchestrator surface (orchestrator-api.md): nodes that front many devices, and whoever commands them.</summary>
internal static class OrchestratorSurface
{
    /// <summary>Adds what the surface needs beside the queue, the relational store, rate limits, sockets and audit. Settings: <c>ORCH_ADMIN_TOKEN</c>, <c>ORCH_NODE_TOKEN</c>.</summary>
    public static IServiceCollection AddOrchestratorSurface(this IServiceCollection services)
    {
        services.AddSingleton<OrchestratorTokenSetup>();
        services.AddSingleton<IConfigureOptions<OrchestratorTokenOptions>>(provider => provider.GetRequiredService<OrchestratorTokenSetup>());
        services.AddSingleton<IValidateOptions<OrchestratorTokenOptions>>(provider => provider.GetRequiredService<OrchestratorTokenSetup>());
        services.AddOptions<OrchestratorTokenOptions>().ValidateOnStart();
        services.AddSingleton<OrchestratorTokens>();
        services.AddSingleton<NodeServices>();
        services.AddSingleton<NodeSockets>();
        services.AddSingleton<NodeResets>();
        services.AddSingleton<EmergencyWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<EmergencyWorker>());
        services.AddHostedService<OrchestratorSurfaceCheck>();
        return services;
    }

    /// <summary>Puts the surface's request ids and error format around its paths.</summary>
    public static IApplicationBuilder UseOrchestratorSurface(this IApplicationBuilder app) => app.UseMiddleware<OrchestratorFailures>();

    /// <summary>Maps every endpoint of the surface.</summary>
    public static IEndpointRouteBuilder MapOrchestratorSurface(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", HealthEndpoint.ShowAsync).WithTags("Health").WithSummary("How the server and what it depends on are").Produces<HealthAnswer>()
            .LimitRequests(OrchestratorLimits.Address, TooManyAsync);
        var nodes = routes.MapGroup("/api/nodes").WithTags("Orchestrator: nodes").RequireAdmin();
        nodes.MapGet("", NodeEndpoints.ListAsync).WithSummary("List the nodes").Produces<NodeListAnswer>();
        nodes.MapGet("/{nodeId}", NodeEndpoints.ShowAsync).WithSummary("Show a node and its devices").Produces<NodeAnswer>();

        var devices = routes.MapGroup("/api/devices").WithTags("Orchestrator: devices").RequireAdmin();
        devices.MapGet("", DeviceEndpoints.ListAsync).WithSummary("List the devices behind nodes").Produces<DeviceListAnswer>();
        devices.MapGet("/{deviceId}", DeviceEndpoints.ShowAsync).WithSummary("Show a device").Produces<DeviceView>();
        devices.MapPost("/{deviceId}/command", TaskEndpoints.RunAsync).WithSummary("Run a command on a device").Produces<AcceptedAnswer>();
        devices.MapGet("/{deviceId}/tasks", TaskEndpoints.ListAsync).WithSummary("List a device's tasks, the newest first").Produces<TaskListAnswer>();
        devices.MapGet("/{deviceId}/tasks/{taskId}", TaskEndpoints.ShowAsync).WithSummary("Show a task, its state and result").Produces<TaskView>();
        devices.MapPost("/{deviceId}/tasks/{taskId}/cancel", TaskEndpoints.CancelAsync).WithSummary("Cancel a task").Produces<CancelledAnswer>();

        var emergency = routes.MapGroup("/api/emergency").WithTags("Orchestrator: emergency").RequireAdmin();
        emergency.MapPost("/soft-reset", EmergencyEndpoints.SoftResetAsync).WithSummary("Take back what nodes or a device work on").Produces<SoftResetAnswer>()
            .LimitRequests(OrchestratorLimits.Emergency, TooManyAsync);
        emergency.MapPost("/confirm-code", EmergencyEndpoints.IssueCodeAsync).WithSummary("Get a code for one service reset").Produces<ConfirmCodeAnswer>()
            .LimitRequests(OrchestratorLimits.Emergency, TooManyAsync);
        emergency.MapPost("/service-reset", EmergencyEndpoints.ServiceResetAsync).WithSummary("Take everything back and restart").Produces<ServiceResetAnswer>()
            .LimitRequests(OrchestratorLimits.Emergency, TooManyAsync);
        emergency.MapGet("/{emergencyId}", EmergencyEndpoints.ShowAsync).WithSummary("Show what came of an emergency action").Produces<EmergencyAnswer>();
        // CONNECT is how HTTP/2 asks for a WebSocket (RFC 8441).
        routes.MapMethods("/ws/node", [HttpMethods.Get, HttpMethods.Connect], (HttpContext context, NodeSockets sockets) => sockets.OpenAsync(context))
            .ExcludeFromDescription();
        return routes;
    }

    private static Task TooManyAsync(HttpContext context, RateLimitStatus status) => OrchestratorErrors.TooMany(status).ExecuteAsync(context);
}
