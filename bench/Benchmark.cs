using Gateway.Bench.Floors;
using Gateway.Bench.Load;
using Gateway.Bench.Report;
using Gateway.Bench.Servers;
using Spectre.Console;

namespace Gateway.Bench;

/// <summary>
/// Gateway's operations over HTTP beside floors in the same process. Absolute numbers are the machine's; what counts are ratios.
/// Operations are measured one by one: a phase sends one kind of request and nothing else, its queues filled or its claims taken
/// by the phase before. Phases alternate in rounds, and each is compared with the floor of its own round.
/// </summary>
internal static class Benchmark
{
    /// <summary>Devices in all; each client has its own share of them.</summary>
    public const int Devices = 256;

    private const int Depth = 4;
    private const string SaveFloor = "floor: one etag save", ActorFloor = "floor: no-op actor", KestrelFloor = "floor: bare Kestrel";
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    /// <summary>Between phases: what the last one left to be done in the background does not count for the next.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(150);

    public static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 120;
        await using var own = options.Url is null ? await OwnServer.StartAsync(options.OnDaprd, options.Stores, cancellationToken) : null;
        using var http = new HttpClient { BaseAddress = own?.Process.Address ?? options.Url };
        if (own is not null) await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellationToken);
        var idle = own?.Process.Memory;
        var fleet = new Fleet(http, own?.CustomerToken ?? options.Token!);
        await fleet.AddAsync(Devices, cancellationToken);

        var rows = new List<Series>();
        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn()).StartAsync(async progress =>
        {
            var bar = progress.AddTask("measuring", maxValue: options.Clients.Count * options.Rounds);
            var begun = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(begun) < WarmUp) await RoundAsync(http, fleet, own?.Process, 16, null, cancellationToken);
            foreach (var clients in options.Clients)
            {
                var series = new Dictionary<string, Series>();
                for (var round = 0; round < options.Rounds; round++)
                {
                    bar.Description = $"{clients} clients";
                    await RoundAsync(http, fleet, own?.Process, clients, series, cancellationToken);
                    bar.Increment(1);
                }

                rows.AddRange(series.Values);
            }
        });

        ReportTable.Write(rows);
        if (own is not null)
        {
            AnsiConsole.MarkupLineInterpolated(
                $"ready after {own.Process.TimeToReady.TotalSeconds:0.0} s, idle {idle >> 20} MB, after the run {own.Process.Memory >> 20} MB, on disk {own.Process.DiskSize >> 20} MB");
        }

        if (options.Svg is { } path) await File.WriteAllTextAsync(path, Picture.Draw("Latency of each operation as a multiple of one etag save", Sections(rows)), cancellationToken);
        return 0;
    }

    private static IEnumerable<Section> Sections(IEnumerable<Series> rows) => rows.GroupBy(row => row.Clients).Select(group => new Section(
        $"{(group.Key == 1 ? "1 client" : $"{group.Key} clients")}: median latency, one etag save = 1",
        [.. group.Select(row => Bar.Of(row, FormattableString.Invariant($"{row.P50:0.00} ms, {row.PerSecond:#,0}/s")))]));

    private static async Task RoundAsync(
        HttpClient http, Fleet fleet, ServerProcess? own, int clients, Dictionary<string, Series>? series, CancellationToken cancellationToken)
    {
        var phases = new List<(string Name, Phase Phase)>();
        if (own is not null)
        {
            await PhaseAsync(KestrelFloor, _ => FloorRequests.SendAsync(http, "none", cancellationToken));
            await PhaseAsync(ActorFloor, device => FloorRequests.SendAsync(http, $"actor/{device}", cancellationToken));
            await PhaseAsync(SaveFloor, device => FloorRequests.SendAsync(http, $"save/{device}", cancellationToken));
        }

        await PhaseAsync("heartbeat", device => fleet.HeartbeatAsync(device, cancellationToken));
        await PhaseAsync("enqueue", device => fleet.EnqueueAsync(device, cancellationToken));
        await PhaseAsync("claim", device => fleet.ClaimAsync(device, cancellationToken));
        fleet.PrepareResults();
        await PhaseAsync("result", device => fleet.ResultAsync(device, cancellationToken));
        await PhaseAsync("whole cycle", device => fleet.CycleAsync(device, cancellationToken));
        if (series is null) return;
        var floor = phases.Find(phase => phase.Name == SaveFloor).Phase;
        foreach (var (name, phase) in phases)
        {
            if (!series.TryGetValue(name, out var row)) series[name] = row = new Series(name, clients);
            row.Add(phase, floor ?? phase);
        }

        async Task PhaseAsync(string name, Func<int, Task> request)
        {
            var before = own?.ProcessorTime;
            var phase = await ClosedLoop.RunAsync(clients, fleet.Count, Depth, request);
            await Task.Delay(Settle, TimeProvider.System, cancellationToken);
            phases.Add((name, phase with { Processor = own?.ProcessorTime - before }));
        }
    }
}
