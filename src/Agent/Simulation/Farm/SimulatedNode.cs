using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Gateway.Agent.Nodes.Link;
using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Agent.Simulation.Farm;

/// <summary>
/// A node as the real one is, and with faults: its socket is cut, it dies and comes back with what its files would know, it restarts in order, it stays
/// away. Its devices' work is a pause. What it begins and says, and what the server answers, goes into the ledger.
/// </summary>
internal sealed partial class SimulatedNode : INodeMethods, IDisposable
{
    /// <summary>What docs/orchestrator-surface.md promises: half a minute for a node to come back.</summary>
    private const int GraceMs = 30_000;

    private readonly int index;
    private readonly string id;
    private readonly FarmWorld world;
    private readonly NodeLink link;
    private readonly HashSet<string> devices;
    private readonly Random random;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<(string Task, int Attempt), Work> works = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource over = new();
    private volatile bool isDraining;

    public SimulatedNode(int index, string run, FarmWorld world)
    {
        (this.index, this.world) = (index, world);
        id = string.Create(CultureInfo.InvariantCulture, $"node-{run}n{index}");
        Devices = [.. Enumerable.Range(1, world.Settings.Devices).Select(n => string.Create(CultureInfo.InvariantCulture, $"device-{run}n{index}d{n}"))];
        devices = [.. Devices];
        random = world.RandomFor(1, index);
        link = new NodeLink(
            new NodeAddress(world.Settings.Server.AbsoluteUri.TrimEnd('/'), id, world.Settings.NodeToken),
            new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)), world.Time, NullLogger.Instance);
    }

    /// <summary>The ids of its devices.</summary>
    public IReadOnlyList<string> Devices { get; }

    /// <summary>Ends when the server knows it and its devices.</summary>
    public Task Ready => ready.Task;

    /// <summary>Works until the farm is over.</summary>
    /// <exception cref="AgentException">The server does not want it.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel, over.Token);
        while (!ends.IsCancellationRequested)
        {
            using var life = CancellationTokenSource.CreateLinkedTokenSource(ends.Token);
            Task linking = link.RunAsync(this, life.Token);
            TimeSpan away = TimeSpan.Zero;
            try
            {
                away = await LiveAsync(linking, life.Token);
            }
            catch (OperationCanceledException) when (life.IsCancellationRequested)
            {
                // The farm is over.
            }

            await life.CancelAsync();
            await linking;
            isDraining = false;
            await Task.Delay(away, world.Time, ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The farm is over.</summary>
    public void End() => over.Cancel();

    public void Dispose() => over.Dispose();

    public void Opened()
    {
        if (link.Connections > 1) world.Progress.Count(Counted.Reconnects);
        _ = GreetAsync();
    }

    public ValueTask<RpcOutcome> CallAsync(string method, JsonElement values) => method switch
    {
        "execute" => Execute(values),
        "ping" => new(RpcOutcome.Done(writer => writer.WriteBoolean("pong", true))),
        "cancel" => new(Stop([RpcMessage.Text(values, "task_id")])),
        "reset" => new(Stop(RpcMessage.Member(values, "tasks")?.EnumerateArray().Select(task => task.GetString()) ?? [])),
        _ => new(RpcError.MethodNotFound),
    };

    /// <summary>Until something happens to it.</summary>
    /// <returns>How long it stays away then.</returns>
    private async Task<TimeSpan> LiveAsync(Task linking, CancellationToken cancel)
    {
        while (true)
        {
            Task pause = world.DelayAsync(Next(500, 6_000), cancel);
            if (await Task.WhenAny(pause, linking) == linking) return TimeSpan.Zero;
            await pause;
            if (world.IsCalm || !Ready.IsCompleted) continue;
            int choice = Next(0, 100);
            if (choice < 55)
            {
                Interlocked.Increment(ref world.Counts.Cuts);
                link.Cut();
            }
            else if (choice < 75)
            {
                Interlocked.Increment(ref world.Counts.Deaths);
                foreach (Work work in works.Values) work.Kill();
                link.Cut();
                return TimeSpan.FromMilliseconds(Next(50, 1_500));
            }
            else if (choice < 90)
            {
                Interlocked.Increment(ref world.Counts.Restarts);
                isDraining = true;
                await link.CallAsync("drain", null, cancel);
                await Task.WhenAll(works.Values.Select(work => work.Ended)).WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return TimeSpan.FromMilliseconds(Next(50, 1_500));
            }
            else if (!world.Settings.IsQuick && choice < 93)
            {
                Interlocked.Increment(ref world.Counts.Absences);
                link.Cut();
                return TimeSpan.FromMilliseconds(Next(GraceMs + 1_000, GraceMs + 6_000));
            }
        }
    }

    private async Task GreetAsync()
    {
        Reply<RpcResult> reply = await link.CallAsync(
            "heartbeat",
            writer =>
            {
                writer.WriteString("node_id", id);
                writer.WriteString("name", $"Simulated node {index}");
                writer.WriteString("version", AgentVersion.Text);
                writer.WriteStartArray("devices");
                // Over a socket that opens while it drains it wants nothing.
                foreach (string device in isDraining ? [] : Devices)
                {
                    writer.WriteStartObject();
                    writer.WriteString("id", device);
                    writer.WriteString("status", "idle");
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            },
            CancellationToken.None);
        JsonElement refused = RpcMessage.Member(reply.Value?.Value ?? default, "refused") ?? default;
        if (reply.Verdict is Verdict.Rejected || (refused.ValueKind == JsonValueKind.Array && refused.GetArrayLength() > 0))
            ready.TrySetException(new AgentException($"The server refuses the heartbeat of {id}: {reply.Detail}{refused}"));
        else if (reply.Verdict is Verdict.Ok) ready.TrySetResult();
        // A store that does not answer: the next socket is another try.
        else link.Cut();
    }

    private int Next(int from, int to)
    {
        lock (gate) return random.Next(from, to);
    }
}
