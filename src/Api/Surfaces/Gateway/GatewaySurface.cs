using Gateway.Api.Access;
using Gateway.Api.Audit;
using Gateway.Api.Auth;
using Gateway.Api.OpenApi;
using Gateway.Api.RateLimits;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Channels;
using Gateway.Api.Surfaces.Gateway.Commands;
using Gateway.Api.Surfaces.Gateway.Devices;
using Gateway.Api.Surfaces.Gateway.Sessions;
using Gateway.Api.Surfaces.Gateway.SystemInfo;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway;

/// <summary>The Gateway surface (gateway-api.md): devices and customers under <c>/api/v1</c>.</summary>
internal static class GatewaySurface
{
    /// <summary>
    /// Adds what the surface needs beside the queue, the relational store with its heartbeat batcher, authentication, rate limits, sockets
    /// and the channels of devices.
    /// Settings: <c>Gateway:Sessions</c>, <c>Gateway:Commands</c>, <c>Gateway:Playbooks</c>, <c>Gateway:Heartbeats</c>.
    /// </summary>
    public static IServiceCollection AddGatewaySurface(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<SessionLifetimeOptions>().Bind(configuration.GetSection(SessionLifetimeOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<HeartbeatOptions>().Bind(configuration.GetSection(HeartbeatOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<CommandOptions>().Bind(configuration.GetSection(CommandOptions.Section));
        services.AddOptions<PlaybookOptions>().Bind(configuration.GetSection(PlaybookOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PlaybookOptions>>(new PlaybookValidator(configuration));
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<KnownSessions>();
        services.AddSingleton<Ownership>();
        services.AddSingleton<SessionCommands>();
        services.AddSingleton<SessionViews>();
        services.AddSingleton<DiagnosticPlaybook>();
        services.AddSingleton<RegistrationAttempts>();
        services.AddSingleton<ClientAddresses>();
        services.AddSingleton<Uptime>();
        services.AddSingleton<HeartbeatIntake>();
        services.AddSingleton<DeviceConfig>();
        services.AddSingleton<DeviceSockets>();
        services.AddCustomerSockets();
        return services;
    }

    /// <summary>
    /// Puts the surface's error format around everything under <c>/api/v1</c>. It belongs before authentication and rate limits, whose
    /// stores may fail as well.
    /// </summary>
    public static IApplicationBuilder UseGatewaySurface(this IApplicationBuilder app) => app.UseMiddleware<GatewayFailures>();

    /// <summary>Maps every endpoint of the surface.</summary>
    public static IEndpointRouteBuilder MapGatewaySurface(this IEndpointRouteBuilder routes)
    {
        // Made now and not with the first request: it counts from here.
        routes.ServiceProvider.GetRequiredService<Uptime>();
        var api = routes.MapGroup("/api/v1");
        MapEntry(api.MapGroup("/device").WithTags("Devices"));
        MapDevice(api.MapGroup("/device").WithTags("Devices")
            .RequireAuthorization(GatewaySchemes.Device)
            .LimitRequests(RateLimitRule.Device, TooManyAsync));
        var customer = api.MapGroup("/customer")
            .RequireAuthorization(GatewaySchemes.Customer)
            .LimitRequests(RateLimitRule.Customer, TooManyAsync);
        MapCustomerDevices(customer.MapGroup("/devices").WithTags("Customers: devices"));
        MapSessions(customer.MapGroup("/sessions").WithTags("Customers: sessions"));
        MapCommands(customer.MapGroup("/sessions/{id}").WithTags("Customers: commands"));
        customer.MapGet("/system/info", SystemInfoEndpoint.ShowAsync)
            .WithTags("Customers: system")
            .Describe("Version, environment and the state of what the server depends on")
            .Answers<SystemInfoAnswer>().Fails(401);
        routes.MapGatewaySockets(TooManyAsync);
        return routes;
    }

    private static void MapEntry(RouteGroupBuilder device)
    {
        device.MapPost("/auth", AuthEndpoint.AuthenticateAsync)
            .Describe("Trade a device's secret for a session token")
            .Takes<AuthRequest>().Answers<AuthAnswer>().Fails(400, 401, 403, 413, 415, 429, 503);
        device.MapPost("/register", RegisterEndpoint.RegisterAsync)
            .Describe("Register a provisioned device with its activation code")
            .Takes<RegisterRequest>().Answers<RegisterAnswer>().Fails(400, 401, 403, 404, 409, 413, 415, 429, 503);
    }

    private static void MapDevice(RouteGroupBuilder device)
    {
        device.MapPost("/heartbeat", HeartbeatEndpoint.BeatAsync)
            .Describe("Report status, metrics and diagnostics")
            .Takes<HeartbeatRequest>().Answers<HeartbeatAnswer>().Fails(400, 401, 403, 413, 415, 429, 503);
        device.MapPost("/commands/claim", ClaimEndpoint.ClaimAsync)
            .Describe("Claim commands, waiting for some when there are none")
            .Takes<ClaimRequest>(optional: true).Answers<ClaimAnswer>().Fails(400, 401, 403, 413, 415, 429, 503);
        device.MapPost("/commands/{id}/extend", ExtendEndpoint.ExtendAsync)
            .Describe("Make a claim last longer")
            .Takes<ExtendRequest>().Answers<ExtendAnswer>().Fails(400, 401, 403, 404, 413, 415, 429, 503);
        device.MapPost("/commands/{id}/release", ReleaseEndpoint.ReleaseAsync)
            .Describe("Give back a claim on a command that has not begun")
            .Takes<ReleaseRequest>().Answers<ReleaseAnswer>().Fails(400, 401, 403, 404, 413, 415, 429, 503);
        device.MapPost("/commands/{id}/result", ResultEndpoint.SubmitAsync)
            .Describe("Deliver a command's result and end the claim")
            .Takes<ResultRequest>().Answers<ResultAnswer>().Fails(400, 401, 403, 404, 409, 413, 415, 429, 503);
        device.MapPost("/commands/{id}/output", OutputEndpoints.DeliverAsync)
            .Describe("Deliver a piece of what a running command prints")
            .Takes<OutputRequest>().Answers<OutputAnswer>().Fails(400, 401, 403, 404, 413, 415, 429, 503);
    }

    private static void MapCustomerDevices(RouteGroupBuilder devices)
    {
        devices.MapGet("", CustomerDeviceEndpoints.ListAsync)
            .Describe("List the customer's devices")
            .Query("status", "all (default), online or offline").Query("search", "a part of the id, name or location")
            .Query("limit", "1 to 500, default 50").Query("offset", "default 0")
            .Answers<DeviceListAnswer>().Fails(400, 401, 403, 429, 503);
        devices.MapGet("/{id}/status", CustomerDeviceEndpoints.StatusAsync)
            .Describe("Show a device in detail")
            .Answers<DeviceStatusAnswer>().Fails(401, 403, 404, 429, 503);
        devices.MapPost("/provision", ProvisionEndpoints.ProvisionAsync)
            .Describe("Provision a device and get its activation code")
            .Takes<ProvisionRequest>().Answers<ProvisionAnswer>(201).Fails(400, 401, 409, 413, 415, 429, 503);
        devices.MapPost("/{id}/reprovision", ProvisionEndpoints.ReprovisionAsync)
            .Describe("Revoke a device's credentials and get a new activation code")
            .Answers<ProvisionAnswer>().Fails(401, 403, 404, 409, 429, 503);
        devices.MapPost("/{id}/suspend", LifecycleEndpoints.SuspendAsync)
            .Describe("Lock a device out")
            .Answers<LifecycleAnswer>().Fails(401, 403, 404, 429, 503);
        devices.MapPost("/{id}/activate", LifecycleEndpoints.ActivateAsync)
            .Describe("Let a suspended device in again")
            .Answers<LifecycleAnswer>().Fails(401, 403, 404, 429, 503);
    }

    private static void MapSessions(RouteGroupBuilder sessions)
    {
        sessions.MapGet("", SessionEndpoints.ListAsync)
            .Describe("List the customer's sessions with a device, the newest first")
            .Query("deviceId", "the device, required").Query("before", "show the sessions before this one").Query("limit", "1 to 100, default 20")
            .Answers<SessionListAnswer>().Fails(400, 401, 403, 404, 429, 503);
        sessions.MapPost("", SessionEndpoints.OpenAsync)
            .Describe("Open a session with a device")
            .Takes<OpenSessionRequest>().Answers<OpenSessionAnswer>(201).Fails(400, 401, 403, 404, 409, 413, 415, 429, 503);
        sessions.MapGet("/{id}", SessionEndpoints.ViewAsync)
            .Describe("Show a session and its commands")
            .Query("after", "show the commands after this one").Query("limit", "1 to 1,000, default 1,000")
            .Answers<SessionAnswer>().Fails(400, 401, 403, 404, 429, 503);
        sessions.MapPost("/{id}/close", SessionEndpoints.CloseAsync)
            .Describe("Close a session and cancel what was not started")
            .Answers<CloseSessionAnswer>().Fails(401, 403, 404, 409, 429, 503);
        sessions.MapPost("/{id}/approve", ApproveEndpoint.DecideAsync)
            .Describe("Approve or reject a command that waits for approval")
            .Takes<ApproveRequest>().Answers<DecisionAnswer>().Fails(400, 401, 403, 404, 409, 413, 415, 429, 503);
    }

    private static void MapCommands(RouteGroupBuilder session)
    {
        session.MapPost("/commands", SessionCommandEndpoints.EnqueueAsync)
            .Describe("Send a command; 200 when its idempotency key was accepted before")
            .Takes<EnqueueRequest>().Answers<EnqueueAnswer>(201).Answers<EnqueueAnswer>()
            .Fails(400, 401, 403, 404, 409, 413, 415, 429, 503);
        session.MapGet("/commands/{commandId}", SessionCommandEndpoints.ViewAsync)
            .Describe("Show a command in detail")
            .Answers<CommandAnswer>().Fails(401, 403, 404, 429, 503);
        session.MapDelete("/commands/{commandId}", SessionCommandEndpoints.CancelAsync)
            .Describe("Cancel a command")
            .Answers<DecisionAnswer>().Fails(401, 403, 404, 409, 429, 503);
        session.MapGet("/commands/{commandId}/explain", ExplainEndpoint.ExplainAsync)
            .Describe("Say why a command is not running now, and when it next can")
            .Answers<ExplainAnswer>().Fails(401, 403, 404, 429, 503);
        session.MapGet("/commands/{commandId}/output", OutputEndpoints.ReadAsync)
            .Describe("Read what a command printed while it ran")
            .Query("attempt", "the how-manieth claim, from 1; default: the last").Query("offset", "where to begin, in UTF-16 units; default 0")
            .Query("limit", "most text, in UTF-16 units: 1,024 to 262,144, default 65,536")
            .Answers<OutputView>().Fails(400, 401, 403, 404, 429, 503);
    }

    private static Task TooManyAsync(HttpContext context, RateLimitStatus status) =>
        GatewayErrors.WriteAsync(context, GatewayErrorCode.RateLimited, retryAfter: status.RetryAfter);
}
