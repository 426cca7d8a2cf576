using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Health;
using Gateway.Actors.Hosting.Secrets;

// The app gateway-actors: Gateway's actors behind a sidecar, without the surfaces.
return await GatewayRun.RunAsync(async () =>
{
    var builder = GatewayBuilder.Create(args);
    builder.Configuration["Gateway:Roles"] = "actors";
    var logger = builder.AddGatewayLogging();
    var options = builder.AddGatewayOptions();
    await builder.AddSecretsAsync(options, logger);
    builder.AddGatewayBackend(options);
    builder.WebHost.UseUrls([$"http://127.0.0.1:{options.AppPort}", .. options.OpsUrls()]);

    var app = builder.Build();
    app.ValidateSettings();
    app.UseOpsPort(options);
    app.UseRouting();
    app.UseAppPort(options.AppPort, builder.Configuration["APP_API_TOKEN"] is { Length: > 0 } token ? token : null);
    app.UseCloudEvents();
    app.MapGatewayBackend();
    app.MapBackendHealth();
    return app;
});
