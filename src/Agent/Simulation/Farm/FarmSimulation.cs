using System.Globalization;
using System.Runtime.CompilerServices;

namespace Gateway.Agent.Simulation.Farm;

/// <summary>
/// A simulated farm against a real server: nodes connect with their devices, tasks are sent over REST while nodes drop and return, what there is is worked
/// off, and what was seen is judged.
/// </summary>
internal static class FarmSimulation
{
    private const int TasksAtOnce = 64, LooksAtOnce = 16;

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it and shows how far it is.</summary>
    /// <param name="settings">What the farm does.</param>
    /// <param name="screen">Where progress is shown.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Stops sending early; what there is is worked off and judged all the same.</param>
    /// <param name="abort">Stops at once.</param>
    /// <exception cref="AgentException">It cannot go on; the message says why.</exception>
    public static async Task<FarmResult> RunAsync(
        FarmSettings settings, SimulationScreen screen, TimeProvider time, CancellationToken stop, CancellationToken abort)
    {
        var progress = new SimulationProgress();
        using var http = new SimulationHttp(settings.Server, settings.Concurrency, progress, time);
        var world = new FarmWorld(settings, http, new FarmLedger(), progress, new FarmCounts(), time);
        long begun = time.GetTimestamp();
        (bool ended, TimeSpan took) = await screen.ShowAsync(progress, RunAsync(world, stop, abort), abort);
        return new FarmResult(FarmCheck.Check(world.Ledger.Tasks.Values), world, ended, took, time.GetElapsedTime(begun));
    }

    /// <returns>Whether all has ended within the limit, and how long it took from the first task to the last one's end.</returns>
    private static async Task<(bool Ended, TimeSpan Took)> RunAsync(FarmWorld world, CancellationToken stop, CancellationToken abort)
    {
        string run = string.Create(CultureInfo.InvariantCulture, $"sim{world.Time.GetUtcNow().ToUnixTimeSeconds() & 0xFFFFFFF:x}");
        SimulatedNode[] nodes = [.. Enumerable.Range(1, world.Settings.Nodes).Select(index => new SimulatedNode(index, run, world))];
        using var end = CancellationTokenSource.CreateLinkedTokenSource(abort);
        Task[] farm = [.. nodes.Select(node => node.RunAsync(end.Token))];
        try
        {
            await UnlessBrokenAsync(ConnectAsync(nodes, world, abort), farm);
            var sender = new TaskSender([.. nodes.SelectMany(node => node.Devices)], world, run);
            long begun = world.Time.GetTimestamp();
            await UnlessBrokenAsync(SendAsync(world, sender, stop, abort), farm);
            world.IsCalm = true;
            Task<bool> draining = DrainAsync(world, sender, abort);
            await UnlessBrokenAsync(draining, farm);
            TimeSpan took = world.Time.GetElapsedTime(begun);
            world.Progress.Begin("Looking", 1);
            await LookAsync(nodes.SelectMany(node => node.Devices), sender, null, abort);
            return (await draining, took);
        }
        finally
        {
            foreach (SimulatedNode node in nodes) node.End();
            await end.CancelAsync();
            await Task.WhenAll(farm).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (SimulatedNode node in nodes) node.Dispose();
        }
    }

    /// <summary>A node that the server does not want ends the run.</summary>
    private static async Task UnlessBrokenAsync(Task work, Task[] farm) => await await Task.WhenAny([work, .. farm]);

    private static async Task ConnectAsync(SimulatedNode[] nodes, FarmWorld world, CancellationToken abort)
    {
        Phase phase = world.Progress.Begin("Connecting", nodes.Length);
        try
        {
            await Task.WhenAll(nodes.Select(async node =>
            {
                await node.Ready.WaitAsync(ConnectLimit, world.Time, abort);
                phase.Advance();
            }));
        }
        catch (TimeoutException late)
        {
            throw new AgentException($"Only {phase.Done} of {nodes.Length} nodes could connect to {world.Settings.Server} within {ConnectLimit.TotalSeconds:0} s.", late);
        }
    }

    private static async Task SendAsync(FarmWorld world, TaskSender sender, CancellationToken stop, CancellationToken abort)
    {
        Phase phase = world.Progress.Begin("Sending", world.Settings.Tasks);
        await Parallel.ForEachAsync(
            PaceAsync(world, stop, abort), new ParallelOptions { MaxDegreeOfParallelism = TasksAtOnce, CancellationToken = abort },
            async (n, token) =>
            {
                await sender.SendAsync(n, token);
                phase.Advance();
            });
    }

    /// <summary>The numbers of tasks, each when it is due.</summary>
    private static async IAsyncEnumerable<int> PaceAsync(FarmWorld world, CancellationToken stop, [EnumeratorCancellation] CancellationToken abort)
    {
        long begun = world.Time.GetTimestamp();
        for (int n = 0; n < world.Settings.Tasks && !stop.IsCancellationRequested; n++)
        {
            TimeSpan early = TimeSpan.FromSeconds(n / world.Settings.Rate) - world.Time.GetElapsedTime(begun);
            if (early > TimeSpan.FromMilliseconds(1)) await Task.Delay(early, world.Time, abort);
            yield return n;
        }
    }

    /// <summary>Looks until every task has ended, no oftener at a device than it has tasks that have not.</summary>
    private static async Task<bool> DrainAsync(FarmWorld world, TaskSender sender, CancellationToken abort)
    {
        long begun = world.Time.GetTimestamp();
        while (world.Ledger.Tasks.Values.Where(task => task.IsOpen).ToList() is { Count: > 0 } open)
        {
            if (world.Time.GetElapsedTime(begun) > world.Settings.DrainLimit) return false;
            string[] busy = [.. open.Select(task => task.Device!).Distinct()];
            await LookAsync(busy, sender, world.Progress.Begin("Working off", busy.Length), abort);
            await world.DelayAsync(500, abort);
        }

        return true;
    }

    private static Task LookAsync(IEnumerable<string> devices, TaskSender sender, Phase? phase, CancellationToken abort) => Parallel.ForEachAsync(
        devices, new ParallelOptions { MaxDegreeOfParallelism = LooksAtOnce, CancellationToken = abort },
        async (device, token) =>
        {
            await sender.LookAsync(device, token);
            phase?.Advance();
        });
}

/// <summary>What came of a farm's run.</summary>
/// <param name="Verdict">What was seen, judged.</param>
/// <param name="World">What was counted.</param>
/// <param name="Ended">Whether everything had ended within the limit.</param>
/// <param name="Took">From the first task sent to the last one's end, as it was seen.</param>
/// <param name="Elapsed">The whole run.</param>
internal sealed record FarmResult(FarmVerdict Verdict, FarmWorld World, bool Ended, TimeSpan Took, TimeSpan Elapsed)
{
    /// <summary>Whether the server passed.</summary>
    public bool Passed => Verdict.Held && Ended;
}
