using System.Text.Json;
using Gateway.Agent.Metrics;
using Gateway.Agent.Nodes.Link;
using Gateway.Agent.Transport;
using Gateway.Agent.Work;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Nodes;

/// <summary>
/// Tells the server how the node does and which devices it has: first thing over every socket, and then again and again. A node that stops names no
/// devices any more, so that none gets a task over a new socket.
/// </summary>
internal sealed class NodeHeartbeats(
    NodeSettings settings, NodeLink link, IReadOnlyList<NodeDevice> devices, MetricsSampler metrics, WorkStatus status, TimeProvider time, ILogger log,
    CancellationToken stopping)
{
    private readonly Lock gate = new();
    private bool wasRefused;

    /// <summary>The first heartbeat over a socket, which is on its way when this returns.</summary>
    public void Greet() => _ = BeatAsync(isFirst: true, CancellationToken.None);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(settings.Heartbeat, time, cancel);
            if (link.IsOpen) await BeatAsync(isFirst: false, cancel);
        }
    }

    private async Task BeatAsync(bool isFirst, CancellationToken cancel)
    {
        MetricsSample sample;
        lock (gate) sample = metrics.Sample();
        Reply<RpcResult> reply = await link.CallAsync("heartbeat", writer => Write(writer, sample, isFirst), cancel);
        string? problem = reply switch
        {
            { Value.Value: var answer } when RpcMessage.Member(answer, "refused") is { ValueKind: JsonValueKind.Array } refused && refused.GetArrayLength() > 0 =>
                $"these are not a node's devices: {refused}",
            { Verdict: Verdict.Ok or Verdict.Unavailable } => null,
            _ => reply.Detail,
        };
        if (problem is not null && !wasRefused) NodeLog.HeartbeatRefused(log, ReplyMap.Clean(problem));
        wasRefused = problem is not null;
    }

    private void Write(Utf8JsonWriter writer, MetricsSample sample, bool isFirst)
    {
        writer.WriteString("node_id", settings.Address.NodeId);
        writer.WriteString("timestamp", NodeMethods.WireTime(time));
        writer.WriteString("status", status.Fault is null ? "online" : "error");
        if (isFirst)
        {
            if (settings.Name is not null) writer.WriteString("name", settings.Name);
            writer.WriteString("version", AgentVersion.Text);
        }

        writer.WriteStartObject("metrics");
        Number("cpu", sample.Cpu);
        Number("memory", sample.Memory);
        Number("disk", sample.DiskUsedPercent);
        Number("uptime", sample.Uptime);
        writer.WriteEndObject();
        if (stopping.IsCancellationRequested) return;
        writer.WriteStartArray("devices");
        foreach (NodeDevice device in devices)
        {
            writer.WriteStartObject();
            writer.WriteString("id", device.Id);
            writer.WriteString("status", device.Status);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        void Number(string name, double? value)
        {
            if (value is { } number) writer.WriteNumber(name, number);
        }
    }
}
