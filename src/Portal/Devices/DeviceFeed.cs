using System.Threading.Channels;
using Gateway.Portal.Api;
using Gateway.Portal.Live;
using Gateway.Portal.Terminals;

namespace Gateway.Portal.Devices;

/// <summary>
/// What a page knows of one device and one of its sessions, kept up to date: live messages say what has changed, the API says what it is.
/// Where the socket is not to be had it asks from time to time. One flow of its own changes it; <see cref="Changed"/> is raised there, and
/// pages read under <see cref="Read"/>.
/// </summary>
public sealed class DeviceFeed : IAsyncDisposable
{
    /// <summary>How often it asks without the socket.</summary>
    public static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(4);

    /// <summary>How often it asks with the socket, for whatever no message tells.</summary>
    public static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many looks may follow each other at once, and how long each takes to be allowed again: changes are seen as they happen, and a busy
    /// session does not use up the customer's requests.
    /// </summary>
    public const int Burst = 5;

    /// <inheritdoc cref="Burst"/>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>How many commands of the session are shown at first, and how many more each time.</summary>
    public const int CommandStep = 20;

    private const int ShownSessions = 20;

    private readonly GatewayClient client;
    private readonly LiveConnection live;
    private readonly TimeProvider time;

    private readonly CancellationTokenSource stop = new();
    private readonly Channel<bool> wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock gate = new();
    private readonly Dictionary<string, CommandOutput> outputs = new(StringComparer.Ordinal);
    private readonly MetricHistory metrics = new();
    private IDisposable? subscription;
    private Task? running;
    private bool hasLeft;

    internal DeviceFeed(GatewayClient client, LiveConnection live, TimeProvider time)
    {
        this.client = client;
        this.live = live;
        this.time = time;
    }

    /// <summary>Something that is shown has changed.</summary>
    public event Action? Changed;

    /// <summary>The device's id.</summary>
    public string DeviceId { get; private set; } = "";

    /// <summary>The session to show; null: the active one.</summary>
    public string? SessionId { get; private set; }

    /// <summary>The device; null: not loaded.</summary>
    public DeviceStatus? Device { get; private set; }

    /// <summary>The session that is shown; null: none.</summary>
    public Session? Session { get; private set; }

    /// <summary>The device's last sessions, the newest first.</summary>
    public IReadOnlyList<Session> Sessions { get; private set; } = [];

    /// <summary>How many of the session's commands are asked for.</summary>
    public int ShownCommands { get; private set; } = CommandStep;

    /// <summary>Why the last look failed; null: it did not.</summary>
    public ApiProblem? Problem { get; private set; }

    /// <summary>Reads what changes over time, safely.</summary>
    internal T Read<T>(Func<MetricHistory, T> read)
    {
        lock (gate) return read(metrics);
    }

    /// <summary>What a command printed, as far as it was asked for; null: it was not.</summary>
    internal TerminalView? OutputOf(string commandId)
    {
        lock (gate) return outputs.TryGetValue(commandId, out var output) ? output.View() : null;
    }

    /// <summary>Starts from what an earlier look has found.</summary>
    public void Begin(string deviceId, string? sessionId, DeviceStatus? device, Session? session, IReadOnlyList<Session>? sessions)
    {
        DeviceId = deviceId;
        SessionId = sessionId;
        Session = session;
        Sessions = sessions ?? [];
        if (device is not null) Show(device);
    }

    /// <summary>Looks at everything once.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var device = await client.DeviceAsync(DeviceId, cancellationToken);
        Problem = device.Problem;
        if (device.Value is null) return;
        Show(device.Value);
        var sessions = await client.ListSessionsAsync(DeviceId, ShownSessions, cancellationToken);
        if (sessions.Value is not null) Sessions = sessions.Value;
        else Problem = sessions.Problem;
        if ((SessionId ?? device.Value.ActiveSession ?? Kept()) is not { } id)
        {
            Session = null;
            return;
        }

        var session = await client.SessionAsync(id, ShownCommands, cancellationToken);
        if (session.Value is not null) Session = session.Value;
        else Problem = session.Problem;
        hasLeft = false;
        await ReadRunningOutputAsync(cancellationToken);
    }

    /// <summary>Keeps it up to date from here on.</summary>
    public void Start()
    {
        subscription = live.Subscribe(DeviceId, Receive);
        live.StateChanged += Wake;
        running = Task.Run(() => RunAsync(stop.Token));
    }

    /// <summary>Looks again soon, for example because the page itself changed something.</summary>
    public void Wake() => wakes.Writer.TryWrite(true);

    /// <summary>Begins to show what a command printed.</summary>
    public void WatchOutput(string commandId)
    {
        lock (gate) outputs.TryAdd(commandId, new CommandOutput());
        Wake();
    }

    /// <summary>Shows more of the session's earlier commands.</summary>
    public void ShowEarlier()
    {
        ShownCommands = Math.Min(ShownCommands + CommandStep, GatewayClient.MostCommands);
        Wake();
    }

    /// <summary>Shows no session that has ended any longer.</summary>
    public void LeaveSession()
    {
        hasLeft = true;
        Wake();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        live.StateChanged -= Wake;
        subscription?.Dispose();
        await stop.CancelAsync();
        if (running is { } task) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    /// <summary>A session that has just ended stays in view until the customer leaves it.</summary>
    private string? Kept() => hasLeft ? null : Session?.Id;

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var pace = new Pace(Burst, LookEvery, time);
        while (true)
        {
            await LoadAsync(cancellationToken);
            await ReadOutputsAsync(cancellationToken);
            Changed?.Invoke();
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var waiting = wakes.Reader.ReadAsync(pause.Token).AsTask();
            await Task.WhenAny(waiting, Task.Delay(live.State == LiveState.Live ? CheckEvery : PollEvery, time, pause.Token));
            await pause.CancelAsync();
            await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (pace.Spend() is { Ticks: > 0 } rest) await Task.Delay(rest, time, cancellationToken);
        }
    }

    private void Receive(LiveUpdate update)
    {
        switch (update.Kind)
        {
            case LiveKind.Output when update.Output is { } piece:
                bool shown, hole;
                lock (gate)
                {
                    if (!outputs.TryGetValue(piece.CommandId, out var output)) outputs[piece.CommandId] = output = new CommandOutput();
                    shown = output.Take(piece);
                    hole = output.HasHole;
                }

                if (hole) Wake();
                if (shown) Changed?.Invoke();
                break;
            case LiveKind.Device when update.Device is { } device:
                // How many wait and which session is open may have changed with it.
                var moved = device.ActiveSession != Device?.ActiveSession;
                Show(device);
                if (moved) Wake();
                Changed?.Invoke();
                break;
            default:
                Wake();
                break;
        }
    }

    private void Show(DeviceStatus device)
    {
        lock (gate) metrics.Add(device.LastHeartbeat, device.Metrics);
        Device = device;
    }

    /// <summary>What runs is watched without being asked for.</summary>
    private Task ReadRunningOutputAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            foreach (var command in Session?.Commands ?? [])
            {
                if (command.Status == CommandStates.Claimed) outputs.TryAdd(command.Id, new CommandOutput());
            }
        }

        return ReadOutputsAsync(cancellationToken);
    }

    private async Task ReadOutputsAsync(CancellationToken cancellationToken)
    {
        if (Session is not { Commands: { } commands } session) return;
        foreach (var command in commands)
        {
            if (FromWhere(command) is not { } from) continue;
            // An answer has a part of what is kept: on, until there is no more.
            while (await client.OutputAsync(session.Id, command.Id, from, cancellationToken) is { Value: { } part })
            {
                lock (gate) outputs[command.Id].Take(part);
                if (part.Next <= from) break;
                from = part.Next;
            }
        }
    }

    /// <summary>From where on a command's output is to be read; null: nothing is missing.</summary>
    private long? FromWhere(SessionCommand command)
    {
        lock (gate)
        {
            if (!outputs.TryGetValue(command.Id, out var output)) return null;
            var comesByItself = command.Status != CommandStates.Claimed || live.State == LiveState.Live;
            return output is { IsRead: true, HasHole: false } && comesByItself ? null : output.Next;
        }
    }
}
