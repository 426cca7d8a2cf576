using Gateway.Bench.Load;
using Gateway.Bench.Report;
using Gateway.Bench.Servers;
using Spectre.Console;

namespace Gateway.Bench.Channels;

/// <summary>
/// Live channels: how soon a connected device has a command and subscribers know of it, and what idle connections cost, beside bare sockets behind
/// the same listener. Memory has a server of its own, that nothing else has filled before.
/// </summary>
internal static class ChannelBenchmark
{
    /// <summary>Connected devices; each client has its own share of them.</summary>
    public const int Devices = 64;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    public static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 120;
        SeriesTable pushes = new(), fanOuts = new();
        IReadOnlyList<MemoryRow> memory = [];
        if (options.Sockets > 0)
        {
            await WithServerAsync(
                options,
                async (server, http, fleet) => memory = await new IdleMemory(http, server, fleet).MeasureAsync(options.Sockets, cancellationToken),
                cancellationToken);
            ChannelReport.Write(memory);
        }

        await WithServerAsync(
            options,
            async (server, _, fleet) =>
            {
                await fleet.AddAsync(Devices, cancellationToken);
                await MeasurePushesAsync(options, fleet, server, pushes, cancellationToken);
                ChannelReport.Write("clients", pushes.Rows);

                // A device that was never connected: its commands wait to be claimed.
                await fleet.AddAsync(1, cancellationToken);
                foreach (var count in options.Subscribers) await MeasureFanOutAsync(options, fleet, count, server, fanOuts, cancellationToken);
                ChannelReport.Write("subscribers", fanOuts.Rows);
            },
            cancellationToken);

        if (options.Svg is not { } path) return 0;
        var picture = Picture.Draw("Latency and memory of live channels as multiples of bare sockets", ChannelReport.Sections(pushes.Rows, fanOuts.Rows, memory));
        await File.WriteAllTextAsync(path, picture, cancellationToken);
        return 0;
    }

    private static async Task MeasurePushesAsync(BenchOptions options, Fleet fleet, Uri server, SeriesTable table, CancellationToken cancellationToken)
    {
        var opened = new List<SocketClient>();
        try
        {
            var round = await PushRound.OpenAsync(fleet, 1, server, opened, cancellationToken);
            await WarmUpAsync(() => round.With(options.Clients[^1]).RunAsync(null, cancellationToken));
            foreach (var clients in options.Clients)
                for (var i = 0; i < options.Rounds; i++) await round.With(clients).RunAsync(table, cancellationToken);
        }
        finally
        {
            foreach (var socket in opened) await socket.DisposeAsync();
        }
    }

    private static async Task MeasureFanOutAsync(
        BenchOptions options, Fleet fleet, int count, Uri server, SeriesTable table, CancellationToken cancellationToken)
    {
        await using var round = await FanOutRound.OpenAsync(fleet, Devices, count, server, cancellationToken);
        await WarmUpAsync(() => round.RunAsync(null, cancellationToken));
        for (var i = 0; i < options.Rounds; i++) await round.RunAsync(table, cancellationToken);
    }

    private static async Task WarmUpAsync(Func<Task> round)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < WarmUp) await round();
    }

    private static async Task WithServerAsync(BenchOptions options, Func<Uri, HttpClient, Fleet, Task> work, CancellationToken cancellationToken)
    {
        await using var own = await OwnServer.StartAsync(options.OnDaprd, options.Stores, cancellationToken);
        using var http = new HttpClient { BaseAddress = own.Process.Address };
        await work(own.Process.Address, http, new Fleet(http, own.CustomerToken));
    }
}
