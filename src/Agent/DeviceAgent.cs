using Gateway.Agent.AllowList;
using Gateway.Agent.Commands;
using Gateway.Agent.Credentials;
using Gateway.Agent.Heartbeats;
using Gateway.Agent.Metrics;
using Gateway.Agent.Output;
using Gateway.Agent.Transport;
using Gateway.Agent.Transport.Sockets;
using Gateway.Agent.Work;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent;

/// <summary>
/// The running agent: heartbeats, claims, output, results, each a loop of its own over one transport. It runs until it is told to stop;
/// then it takes no more, gives back what has not begun, lets what runs finish within the grace time, ends what is left, and sends what results it can.
/// </summary>
internal sealed class DeviceAgent(
    CredentialsFile file, DeviceCredentials credentials, AllowedWork work, AgentSettings settings, TimeProvider time, ILogger log)
{
    /// <summary>How long the last results may take when the agent stops.</summary>
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(5);

    /// <param name="stop">Stop in order.</param>
    /// <param name="hurry">Stop without grace: what runs is ended at once.</param>
    /// <exception cref="AgentException">The gateway refuses the credentials, or the agent's files cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Stopped before it began.</exception>
    public async Task RunAsync(CancellationToken stop, CancellationToken hurry)
    {
        using RunLock running = RunLock.Take(file.LockPath, file.Path);
        var status = new WorkStatus();
        var journal = new Journal(file.JournalFolder, time);
        var outbox = new Outbox(file.OutboxFolder, status, log);
        IReadOnlyList<JournalEntry> cutOff = OpenFiles(journal, outbox);

        using var client = new GatewayClient(credentials.Server, time, log);
        using var session = new DeviceSession(client, credentials, NewBackoff(), time, log);
        var rest = new RestTransport(client, session);
        await EnsureAcceptedAsync(session, stop);

        ClaimLoop? loop = null;
        using SocketLink? link = settings.UsesSocket ? new SocketLink(credentials, command => loop!.Push(command), NewBackoff(), time, log) : null;
        IGatewayTransport transport = link is null ? rest : new LiveTransport(link, rest);

        var proc = new ProcFiles();
        var catalog = new CommandCatalog(work, proc, new ProgramRunner(time, settings.SearchPath), time);
        using var words = new OutboxSender(outbox, transport, NewBackoff, time, log);
        var outputs = new OutputSender(transport, NewBackoff(), time);
        var worker = new Worker(
            journal, outbox, words, outputs, new CommandExecutor(catalog, time, log),
            new ClaimKeeper(transport, settings.Claims.Visibility, NewBackoff, time, log), status, time, log);
        using var claims = new ClaimLoop(transport, worker, outbox, NewBackoff, settings.Claims, time, log);
        loop = claims;
        foreach (JournalEntry entry in cutOff)
        {
            if (entry.HasNotBegun) worker.GiveBack(entry);
            else WorkLog.Interrupted(log, entry.Type, entry.CommandId);
        }

        var heartbeats = new HeartbeatLoop(
            transport, new MetricsSampler(proc), status, outbox, catalog.Allowed, NewBackoff(), time, log);

        AgentLog.Running(log, credentials.DeviceId, credentials.Server, string.Join(", ", catalog.Allowed));
        using var grace = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var kill = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, hurry);
        await using CancellationTokenRegistration stopping = stop.Register(() => grace.CancelAfter(settings.Grace));
        using var end = new CancellationTokenSource();
        Task heartbeating = heartbeats.RunAsync(end.Token);
        Task sending = words.RunAsync(end.Token);
        Task printing = outputs.RunAsync(end.Token);
        Task claiming = claims.RunAsync(link, stop, kill.Token);
        using var close = new CancellationTokenSource();
        Task linking = link is null ? Task.CompletedTask : link.RunAsync(stop, close.Token);
        // The claims end when they are told to; whatever else ends first has broken and ends the agent.
        await await Task.WhenAny(claiming, heartbeating, sending, printing, UnlessBrokenAsync(linking, end.Token));

        await end.CancelAsync();
        await EndedAsync(heartbeating);
        await EndedAsync(sending);
        await EndedAsync(printing);
        using var limit = new CancellationTokenSource(FlushLimit, time);
        await EndedAsync(words.FlushAsync(limit.Token));
        await close.CancelAsync();
        await EndedAsync(linking);
        AgentLog.Stopped(log, outbox.Count);
    }

    /// <returns>What a crash cut off.</returns>
    private IReadOnlyList<JournalEntry> OpenFiles(Journal journal, Outbox outbox)
    {
        try
        {
            outbox.Open();
            return journal.Open(outbox.Contains);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new AgentException($"The files beside {file.Path} cannot be used: {denied.Message}", denied);
        }
    }

    /// <summary>Wrong credentials are told at once; a gateway that cannot be reached is waited for.</summary>
    private async Task EnsureAcceptedAsync(DeviceSession session, CancellationToken stop)
    {
        Reply<string> reply = await session.TokenAsync(refusedToken: null, stop);
        if (reply.Verdict is Verdict.Unauthorized or Verdict.Forbidden or Verdict.NotFound)
            throw new AgentException($"The gateway at {credentials.Server} refuses device {credentials.DeviceId} ({reply.Detail}).");
    }

    private async Task UnlessBrokenAsync(Task task, CancellationToken cancel)
    {
        await task;
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancel);
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

/// <summary>How the agent works.</summary>
/// <param name="Grace">How long what runs may go on after the agent is told to stop.</param>
internal sealed record AgentSettings(ClaimOptions Claims, TimeSpan Grace)
{
    /// <summary>Whether commands come over a socket while one can be had, and by requests only otherwise. Default true.</summary>
    public bool UsesSocket { get; init; } = true;

    /// <summary>The shortest wait before the next attempt.</summary>
    public TimeSpan RetryFloor { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait before the next attempt.</summary>
    public TimeSpan RetryCap { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Folders in which programs such as ping are found, as PATH; null for PATH itself.</summary>
    public string? SearchPath { get; init; }
}
