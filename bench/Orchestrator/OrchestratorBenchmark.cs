using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Gateway.Bench.Channels;
using Gateway.Bench.Floors;
using Gateway.Bench.Load;
using Gateway.Bench.Report;
using Gateway.Bench.Servers;
using Spectre.Console;

namespace Gateway.Bench.Orchestrator;

/// <summary>
/// Tasks on nodes: in closed loops a client sends a task to a device over REST, its node gets it, acknowledges it and gives its result, until that is taken.
/// Floors and tasks alternate in rounds, and each is compared with the save of its own round.
/// </summary>
internal static class OrchestratorBenchmark
{
    /// <summary>Devices in all; each client has its own share of them.</summary>
    public const int Devices = 64;

    public const string KestrelFloor = "floor: bare Kestrel", EchoFloor = "floor: socket echo", SaveFloor = "floor: one etag save",
        Answered = "REST until answered", Executed = "REST until execute", Taken = "result until taken", Whole = "whole task";

    private const int Nodes = 4, Depth = 4;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    /// <summary>Between phases: what the last one left to be done in the background does not count for the next.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(150);

    // As long as the message of a task.
    private static readonly byte[] EchoText = Encoding.ASCII.GetBytes(new string('x', 220));
    private static readonly byte[] Command = """{"command":"noop","params":{"n":1}}"""u8.ToArray();

    public static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 120;
        await using var own = await OwnServer.StartAsync(options.OnDaprd, options.Stores, cancellationToken);
        using var http = new HttpClient { BaseAddress = own.Process.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", OwnServer.AdminToken);
        string[] devices = [.. Enumerable.Range(0, Devices).Select(i => string.Create(CultureInfo.InvariantCulture, $"device-{i}"))];
        var nodes = new List<BenchNode>();
        var echoes = new List<(Inbox Inbox, SocketClient Socket)>();
        var table = new SeriesTable();
        try
        {
            foreach (var (i, some) in devices.Chunk(Devices / Nodes).Index())
                nodes.Add(await BenchNode.OpenAsync(own.Process.Address, OwnServer.NodeToken, string.Create(CultureInfo.InvariantCulture, $"node-{i}"), some, cancellationToken));
            for (var i = 0; i < Devices; i++)
            {
                var inbox = new Inbox();
                echoes.Add((inbox, await SocketClient.OpenAsync(own.Process.Address, $"{FloorStartup.Path}/echo", inbox.Put, cancellationToken)));
            }

            var begun = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begun) < WarmUp) await RoundAsync(options.Clients[^1], null);
            foreach (var clients in options.Clients)
                for (var i = 0; i < options.Rounds; i++) await RoundAsync(clients, table);
        }
        finally
        {
            foreach (var node in nodes) await node.DisposeAsync();
            foreach (var (_, socket) in echoes) await socket.DisposeAsync();
        }

        ReportTable.Write(table.Rows);
        if (options.Svg is not { } path) return 0;
        await File.WriteAllTextAsync(path, Picture.Draw("Latency of tasks on nodes as a multiple of one etag save", Sections(table.Rows)), cancellationToken);
        return 0;

        async Task RoundAsync(int clients, SeriesTable? to)
        {
            var kestrel = await PhaseAsync(_ => FloorRequests.SendAsync(http, "none", cancellationToken));
            var echo = await PhaseAsync(EchoAsync);
            var save = await PhaseAsync(device => FloorRequests.SendAsync(http, $"save/{device}", cancellationToken));
            Samples answered = new(), executed = new(), taken = new();
            var whole = await PhaseAsync(device => TaskAsync(device, answered, executed, taken));
            if (to is null) return;
            to.Add(KestrelFloor, clients, kestrel, save);
            to.Add(EchoFloor, clients, echo, save);
            to.Add(SaveFloor, clients, save, save);
            // Parts of whole tasks: as many a second.
            to.Add(Answered, clients, answered.ToPhase() with { Seconds = whole.Seconds }, save);
            to.Add(Executed, clients, executed.ToPhase() with { Seconds = whole.Seconds }, save);
            to.Add(Taken, clients, taken.ToPhase() with { Seconds = whole.Seconds }, save);
            to.Add(Whole, clients, whole, save);

            async Task<Phase> PhaseAsync(Func<int, Task> request)
            {
                var before = own.Process.ProcessorTime;
                var phase = await ClosedLoop.RunAsync(clients, Devices, Depth, request);
                await Task.Delay(Settle, TimeProvider.System, cancellationToken);
                return phase with { Processor = own.Process.ProcessorTime - before };
            }
        }

        async Task EchoAsync(int device)
        {
            await echoes[device].Socket.SendAsync(EchoText, cancellationToken);
            await echoes[device].Inbox.TakeAsync("x", cancellationToken);
        }

        async Task TaskAsync(int device, Samples answered, Samples executed, Samples taken)
        {
            var node = nodes[device / (Devices / Nodes)];
            var sent = Stopwatch.GetTimestamp();
            using var content = new ByteArrayContent(Command) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var answer = await http.PostAsync(new Uri($"/api/devices/{devices[device]}/command", UriKind.Relative), content, cancellationToken);
            answered.Add(sent, Stopwatch.GetTimestamp());
            answer.EnsureSuccessStatusCode();
            var (task, at) = await node.ExecutedAsync(devices[device], cancellationToken);
            executed.Add(sent, at);
            var finished = Stopwatch.GetTimestamp();
            taken.Add(finished, await node.FinishAsync(devices[device], task, cancellationToken));
        }
    }

    private static IEnumerable<Section> Sections(IEnumerable<Series> rows) => rows.GroupBy(row => row.Clients).Select(group => new Section(
        $"{(group.Key == 1 ? "1 client" : $"{group.Key} clients")}: median latency, one etag save = 1",
        [.. group.Select(row => Bar.Of(row, row.Name.StartsWith("floor", StringComparison.Ordinal) || row.Name == Whole
            ? FormattableString.Invariant($"{row.P50:0.00} ms, {row.PerSecond:#,0}/s")
            : FormattableString.Invariant($"{row.P50:0.00} ms")))]));
}
