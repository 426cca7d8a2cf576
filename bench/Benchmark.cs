using System.Security.Cryptography;
using Spectre.Console;

namespace Gateway.Bench;

/// <summary>
/// Gateway's operations over HTTP beside floors measured in the same run on the same machine: absolute numbers are the
/// machine's, ratios are ours.
/// </summary>
internal static class Benchmark
{
    private const string SaveFloor = "floor: one etag save", ActorFloor = "floor: no-op actor call", KestrelFloor = "floor: bare Kestrel";
    private const int Loops = 5;
    private static readonly string[] Order = [KestrelFloor, SaveFloor, ActorFloor, "heartbeat", "enqueue", "claim", "result", "whole cycle"];

    public static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        await using var floor = await ServerProcess.StartAsync(typeof(Benchmark).Assembly.Location, (ports, folder, start) =>
        {
            foreach (var argument in new[] { "floor", $"{ports[0]}", $"{ports[1]}", folder }) start.ArgumentList.Add(argument);
            return new Uri($"http://127.0.0.1:{ports[0]}");
        }, "/none", cancellationToken);
        await using var gateway = await ServerProcess.StartAsync(GatewayProgram(), (ports, folder, start) =>
        {
            start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
            start.Environment["Gateway__PublicUrl"] = $"http://127.0.0.1:{ports[0]}";
            start.Environment["Gateway__AppPort"] = $"{ports[1]}";
            start.Environment["Gateway__Sidecar__HttpPort"] = $"{ports[2]}";
            start.Environment["Gateway__DataPath"] = folder;
            start.Environment["Gateway__RateLimits__DevicePerMinute"] = "0";
            start.Environment["Gateway__RateLimits__CustomerPerMinute"] = "0";
            start.Environment["SUPABASE_JWT_SECRET"] = secret;
            return new Uri($"http://127.0.0.1:{ports[0]}");
        }, "/readyz", cancellationToken);
        var idle = gateway.Memory;

        using var floorHttp = new HttpClient { BaseAddress = floor.Address };
        using var fleet = new Fleet(new HttpClient { BaseAddress = gateway.Address }, secret);
        var rows = new List<Row>();
        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn()).StartAsync(async progress =>
        {
            var bar = progress.AddTask("measuring", maxValue: options.Clients.Length * Loops);
            foreach (var clients in options.Clients)
            {
                await fleet.GrowToAsync(clients, cancellationToken);
                foreach (var (name, round) in Rounds(floorHttp, fleet, clients, cancellationToken))
                {
                    bar.Description = $"{clients} clients: {name}";
                    foreach (var (part, measure) in await Load.RunAsync(clients, options.Seconds, round)) rows.Add(new Row(part, clients, measure));
                    bar.Increment(1);
                }
            }
        });

        rows = [.. rows.OrderBy(row => row.Clients).ThenBy(row => Array.IndexOf(Order, row.Name))];
        Report.Write(rows, SaveFloor);
        AnsiConsole.MarkupLineInterpolated($"ready after {gateway.TimeToReady.TotalSeconds:0.0} s, idle {idle >> 20} MB, after the run {gateway.Memory >> 20} MB, on disk {gateway.DiskSize >> 20} MB");
        if (options.Svg is { } path) await File.WriteAllTextAsync(path, Picture.Draw(rows, SaveFloor), cancellationToken);
        return 0;
    }

    private static IEnumerable<(string Name, Func<int, Stopwatches, Task> Round)> Rounds(
        HttpClient floor, Fleet fleet, int clients, CancellationToken cancellationToken)
    {
        yield return (KestrelFloor, (_, times) => times.TimeAsync(KestrelFloor, () => SendAsync(HttpMethod.Get, "/none")));
        yield return (SaveFloor, (client, times) => times.TimeAsync(SaveFloor, () => SendAsync(HttpMethod.Post, $"/save/{clients}-{client}")));
        yield return (ActorFloor, (client, times) => times.TimeAsync(ActorFloor, () => SendAsync(HttpMethod.Post, $"/actor/{client}")));
        yield return ("heartbeat", (client, times) => times.TimeAsync("heartbeat", () => fleet.HeartbeatAsync(client, cancellationToken)));

        // Each client works for one device, so a claim always finds what the same client has just sent.
        yield return ("whole cycle", (client, times) => times.TimeAsync("whole cycle", async () =>
        {
            await times.TimeAsync("enqueue", () => fleet.EnqueueAsync(client, cancellationToken));
            var command = await times.TimeAsync("claim", () => fleet.ClaimAsync(client, cancellationToken));
            return await times.TimeAsync("result", () => fleet.ResultAsync(client, command, cancellationToken));
        }));

        async Task<bool> SendAsync(HttpMethod method, string path)
        {
            using var request = new HttpRequestMessage(method, path);
            using var answer = await floor.SendAsync(request, cancellationToken);
            return answer.EnsureSuccessStatusCode().IsSuccessStatusCode;
        }
    }

    /// <summary>The server, built along with this program and in the same configuration.</summary>
    private static string GatewayProgram()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = here.Parent!.Name;
        for (var folder = here; folder is not null; folder = folder.Parent)
        {
            var program = Path.Combine(folder.FullName, "src/Api/bin", configuration, here.Name, "Gateway.Api.dll");
            if (File.Exists(program)) return program;
        }

        throw new FileNotFoundException($"Gateway.Api.dll ({configuration}) is not built.");
    }
}

/// <summary>One measurement.</summary>
internal sealed record Row(string Name, int Clients, Measure Measure);
