using Gateway.Agent.AllowList;
using Gateway.Agent.Commands;
using Gateway.Agent.Credentials;
using Gateway.Agent.Metrics;
using Gateway.Agent.Nodes.Link;
using Gateway.Agent.Transport;
using Gateway.Agent.Work;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Nodes;

/// <summary>
/// A running node: one socket, and devices behind it that carry out the agent's commands, one task each at a time. It runs until it is told to stop; then
/// it takes no more, gives back what has not begun, lets what runs finish within the grace time, ends what is left, and sends what results it can.
/// </summary>
internal sealed class NodeRunner(NodeSettings settings, AllowedWork work, TimeProvider time, ILogger log)
{
    /// <summary>How long the last results may take when the node stops.</summary>
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(5);

    /// <summary>How long a node that stops waits to be told that no more comes.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(3);

    /// <param name="stop">Stop in order.</param>
    /// <param name="hurry">Stop without grace: what runs is ended at once.</param>
    /// <exception cref="AgentException">The server does not want this node, or its files cannot be used.</exception>
    public async Task RunAsync(CancellationToken stop, CancellationToken hurry)
    {
        var files = new NodeFiles(settings.Folder);
        using RunLock running = RunLock.Take(files.LockPath, settings.Folder);
        var status = new WorkStatus();
        var journal = new Journal(files.JournalFolder, time);
        var outbox = new Outbox(files.OutboxFolder, status, log);
        OpenFiles(journal, outbox);

        using var grace = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var kill = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, hurry);
        var proc = new ProcFiles();
        var catalog = new CommandCatalog(work, proc, new ProgramRunner(time, settings.SearchPath), time);
        var link = new NodeLink(settings.Address, NewBackoff(), time, log);
        var keeper = new OfferKeeper();
        // As many results as a batch takes go together.
        using var words = new OutboxSender(outbox, new NodeWords(link), NewBackoff, time, log, Mailbox.MostEntries);
        var worker = new Worker(
            journal, outbox, words, outputs: null, new CommandExecutor(catalog, time, log, NodeMethods.LongestTask), keeper, status, time, log);
        IReadOnlyList<NodeDevice> devices =
            [.. settings.DeviceIds.Select(id => new NodeDevice(id, worker, words, keeper, link, log, stop, kill.Token))];
        var heartbeats = new NodeHeartbeats(settings, link, devices, new MetricsSampler(proc), status, time, log, stop);
        var methods = new NodeMethods(devices, heartbeats, time, log, stop);

        NodeLog.Running(
            log, settings.Address.NodeId, settings.Address.Server, devices.Count, devices[0].Id, devices[^1].Id, string.Join(", ", catalog.Allowed));
        await using CancellationTokenRegistration stopping = stop.Register(() => grace.CancelAfter(settings.Grace));
        using var end = new CancellationTokenSource();
        using var close = new CancellationTokenSource();
        Task linking = link.RunAsync(methods, close.Token);
        Task beating = heartbeats.RunAsync(end.Token);
        Task sending = words.RunAsync(end.Token);
        try
        {
            // The devices end when they are told to; whatever else ends first has broken and ends the node.
            await await Task.WhenAny(WorkAsync(link, devices, stop, kill.Token), linking, beating, sending);
        }
        catch
        {
            // Nothing that it started outlives it; what still runs now is somebody else's to finish.
            await Task.WhenAll(devices.Select(device => device.DropAsync("the node ends")));
            await close.CancelAsync();
            throw;
        }
        finally
        {
            await end.CancelAsync();
        }

        await EndedAsync(beating);
        await EndedAsync(sending);
        using var limit = new CancellationTokenSource(FlushLimit, time);
        await EndedAsync(words.FlushAsync(limit.Token));
        await close.CancelAsync();
        await EndedAsync(linking);
        AgentLog.Stopped(log, outbox.Count);
    }

    /// <summary>Until it is told to stop, and then until the devices have nothing to do.</summary>
    private async Task WorkAsync(NodeLink link, IReadOnlyList<NodeDevice> devices, CancellationToken stop, CancellationToken kill)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var limit = new CancellationTokenSource(DrainLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, kill);
        await EndedAsync(link.CallAsync("drain", null, either.Token));
        foreach (NodeDevice device in devices) await device.Working;
    }

    /// <summary>What had begun when the node last ended is not run again under the same offer; what had not is as new.</summary>
    private void OpenFiles(Journal journal, Outbox outbox)
    {
        try
        {
            outbox.Open();
            foreach (JournalEntry entry in journal.Open(outbox.Contains))
            {
                if (entry.HasNotBegun) journal.Finish(entry.Key);
                else WorkLog.Interrupted(log, entry.Type, entry.CommandId);
            }
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new AgentException($"The files in {settings.Folder} cannot be used: {denied.Message}", denied);
        }
    }

    private static async Task EndedAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }

    private Backoff NewBackoff() => new(settings.RetryFloor, settings.RetryCap);
}
