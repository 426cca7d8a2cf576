using Gateway.Actors.Hosting;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Hosting;

/// <summary>What a newcomer sees when the program has come up: where it is, how to get in, what to type next. Development only.</summary>
internal sealed class StartBanner(IOptions<GatewayOptions> options, IHostEnvironment environment) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!environment.IsDevelopment()) return;
        var url = options.Value.PublicUrl.TrimEnd('/');
        await Console.Out.WriteLineAsync(
            $"""

              Gateway is up           {url}
              API to browse           {url}/docs
              Data folder             {Path.GetFullPath(options.Value.DataPath)}

              Next, in a second terminal:
                export TOKEN=$(dotnet run --project src/Api -- token --customer alice)
                curl -s {url}/api/v1/customer/devices/provision -H "Authorization: Bearer $TOKEN" \
                  -H 'Content-Type: application/json' -d '{"{"}"deviceId":"pi-1"{"}"}'
                dotnet run --project src/Agent -- register --server {url} --device pi-1 --code <activationCode>
                dotnet run --project src/Agent -- run

            """);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
