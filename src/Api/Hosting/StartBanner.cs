using Dapr.Client;
using Gateway.Actors.Hosting;
using Gateway.Api.Auth;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Hosting;

/// <summary>What a newcomer sees when everything has come up: where it is, how to get in, what to type next. Development only.</summary>
internal sealed class StartBanner(
    IOptions<GatewayOptions> options, IHostApplicationLifetime lifetime, DaprClient dapr) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await dapr.WaitForSidecarAsync(stoppingToken);

        var url = options.Value.PublicUrl.TrimEnd('/');
        await Console.Out.WriteLineAsync(
            $$"""

              Gateway is up           {{url}}
              API to browse           {{url}}/docs
              Data folder             {{Path.GetFullPath(options.Value.DataPath)}}
              Nodes, for operators    {{url}}/nodes
              Orchestrator            ORCH_ADMIN_TOKEN and ORCH_NODE_TOKEN are in {{Path.Combine(Path.GetFullPath(options.Value.DataPath), DevelopmentSecrets.FileName)}}

              Next, in a second terminal:
                export TOKEN=$(dotnet run -v q --project src/Api -- token --customer alice)
                curl -s {{url}}/api/v1/customer/devices/provision -H "Authorization: Bearer $TOKEN" \
                  -H 'Content-Type: application/json' -d '{"deviceId":"pi-1"}'
                dotnet run --project src/Agent -- register --server {{url}} --device pi-1 --code <activationCode>
                dotnet run --project src/Agent -- run

            """);
    }
}
