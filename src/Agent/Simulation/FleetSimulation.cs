using System.Globalization;
using System.Runtime.CompilerServices;
using Gateway.Core.Verification;

namespace Gateway.Agent.Simulation;

/// <summary>
/// A simulated fleet with its customers, against a real gateway: provisions devices, sends them commands while everything that can go
/// wrong on the clients' side does, works off what there is, and has the log of it judged.
/// </summary>
public static class FleetSimulation
{
    /// <summary>Commands that are seen through at once; past it sending waits.</summary>
    private const int CommandsAtOnce = 256;

    /// <summary>Runs it and shows how far it is.</summary>
    /// <param name="settings">What the fleet does.</param>
    /// <param name="screen">Where progress is shown.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Stops sending early; what there is is worked off and judged all the same.</param>
    /// <param name="abort">Stops at once.</param>
    /// <exception cref="AgentException">It cannot begin; the message says why.</exception>
    public static async Task<SimulationResult> RunAsync(
        SimulationSettings settings, SimulationScreen screen, TimeProvider time, CancellationToken stop, CancellationToken abort)
    {
        var progress = new SimulationProgress();
        using var http = new SimulationHttp(settings.Server, settings.Concurrency, progress, time);
        using var sink = new ObservationSink(settings.LogPath);
        var world = new SimulationWorld(settings, http, sink, progress, time);
        bool ended = await screen.ShowAsync(progress, RunAsync(world, stop, abort), abort);
        HistoryVerdict verdict = HistoryChecker.Check(sink.Entries, new CheckOptions { Drained = true });
        return new SimulationResult(verdict, progress.Counts, ended);
    }

    private static async Task<bool> RunAsync(SimulationWorld world, CancellationToken stop, CancellationToken abort)
    {
        string run = string.Create(
            CultureInfo.InvariantCulture, $"{world.Settings.Prefix}-{world.Time.GetUtcNow().ToUnixTimeSeconds() & 0xFFFFFFF:x}");
        // Until commands are sent there is nothing to work off.
        using var notBegun = CancellationTokenSource.CreateLinkedTokenSource(stop, abort);
        await FleetSetup.MeetAsync(world, notBegun.Token);
        IReadOnlyList<FleetDevice> fleet = await FleetSetup.CreateAsync(world, run, notBegun.Token);
        var sender = new CommandSender(fleet, world, run);
        await sender.LearnTypesAsync(notBegun.Token);

        // Ends the devices when something fails half-way.
        using var devicesEnd = CancellationTokenSource.CreateLinkedTokenSource(abort);
        Task devices = Task.WhenAll(fleet.Select(device => new SimulatedDevice(device, world).RunAsync(devicesEnd.Token)));
        try
        {
            await Task.WhenAny(SendAsync(world, sender, stop, abort), devices).Unwrap();
            world.IsCalm = true;
            var look = new FinalLook(fleet, sender, world);
            bool ended = await look.DrainAsync(abort);
            world.IsOver = true;
            foreach (FleetDevice device in fleet) device.Ring();
            world.Progress.Begin("Stopping", 1);
            await devices;
            await look.CloseAsync(abort);
            await look.LookAsync(abort);
            if (world.Settings.SuspendsDevices) await look.SuspendAsync(abort);
            return ended;
        }
        finally
        {
            await devicesEnd.CancelAsync();
            await devices.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SendAsync(SimulationWorld world, CommandSender sender, CancellationToken stop, CancellationToken abort)
    {
        var total = (int)Math.Max(1, world.Settings.Rate * world.Settings.Duration.TotalSeconds);
        Phase phase = world.Progress.Begin("Sending", total);
        await Parallel.ForEachAsync(
            PaceAsync(world, total, stop, abort), new ParallelOptions { MaxDegreeOfParallelism = CommandsAtOnce, CancellationToken = abort },
            async (n, token) =>
            {
                await sender.SendAsync(n, token);
                phase.Advance();
            });
    }

    /// <summary>The numbers of commands, each when it is due.</summary>
    private static async IAsyncEnumerable<int> PaceAsync(
        SimulationWorld world, int total, CancellationToken stop, [EnumeratorCancellation] CancellationToken abort)
    {
        long begun = world.Time.GetTimestamp();
        for (int n = 0; n < total && !stop.IsCancellationRequested; n++)
        {
            TimeSpan early = TimeSpan.FromSeconds(n / world.Settings.Rate) - world.Time.GetElapsedTime(begun);
            if (early > TimeSpan.FromMilliseconds(1)) await Task.Delay(early, world.Time, abort);
            yield return n;
        }
    }
}
