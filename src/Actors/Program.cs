using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Health;

// The app gateway-actors: Gateway's actors behind a sidecar, without the surfaces.
return await GatewayRun.RunAsync(() =>
{
    var builder = GatewayBuilder.Create(args);
    builder.Configuration["Gateway:Roles"] = "actors";
    builder.AddGatewayLogging();
    var options = builder.AddGatewayOptions();
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
