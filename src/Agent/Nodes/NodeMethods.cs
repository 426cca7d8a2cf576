using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Gateway.Agent.Nodes.Link;
using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Nodes;

/// <summary>What the server asks of the node (orchestrator-api.md, "Orchestrator → Node"; docs/orchestrator-surface.md).</summary>
internal sealed class NodeMethods(IReadOnlyList<NodeDevice> devices, NodeHeartbeats heartbeats, TimeProvider time, ILogger log, CancellationToken stopping) : INodeMethods
{
    /// <summary>The longest task, and one without a limit of its own.</summary>
    public static readonly TimeSpan LongestTask = TimeSpan.FromDays(1);

    /// <summary>How long a reset waits for what it stops: the server waits for two seconds.</summary>
    private static readonly TimeSpan ResetLimit = TimeSpan.FromMilliseconds(1_500);

    private readonly FrozenDictionary<string, NodeDevice> byId = devices.ToFrozenDictionary(device => device.Id, StringComparer.Ordinal);

    public void Opened() => heartbeats.Greet();

    public ValueTask<RpcOutcome> CallAsync(string method, JsonElement values) => method switch
    {
        "execute" => new(Execute(values)),
        "ping" => new(RpcOutcome.Done(writer =>
        {
            writer.WriteBoolean("pong", true);
            writer.WriteString("timestamp", WireTime(time));
        })),
        "cancel" => new(Cancel(values)),
        "reset" => new(ResetAsync(values)),
        _ => new(RpcError.MethodNotFound),
    };

    /// <summary>Now, as it goes over the wire.</summary>
    internal static string WireTime(TimeProvider time) => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private RpcOutcome Execute(JsonElement values)
    {
        if (RpcMessage.Text(values, "task_id") is not { Length: > 0 } task || RpcMessage.Text(values, "command") is not { } command) return RpcError.InvalidParams;
        if (RpcMessage.Text(values, "device_id") is not { } id || !byId.TryGetValue(id, out NodeDevice? device)) return RpcError.UnknownDevice;
        if (stopping.IsCancellationRequested) return RpcError.NotBegun;
        TimeSpan timeout = RpcMessage.Number(values, "timeout") is { } seconds and > 0 && seconds < LongestTask.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestTask;
        long attempt = RpcMessage.Number(values, "attempt") is { } number and > 0 and < int.MaxValue ? number : 1;
        device.Take(new ClaimedCommand(
            task, command, RpcMessage.Member(values, "args") ?? default, attempt.ToString(CultureInfo.InvariantCulture), new ClaimLease(timeout), timeout));
        return RpcOutcome.Done(writer => writer.WriteBoolean("accepted", true));
    }

    private RpcOutcome Cancel(JsonElement values)
    {
        if (RpcMessage.Text(values, "task_id") is not { } task) return RpcError.InvalidParams;
        foreach (NodeDevice device in devices) _ = device.DropAsync(task, "the server took it back");
        return RpcOutcome.Done();
    }

    private async Task<RpcOutcome> ResetAsync(JsonElement values)
    {
        if (RpcMessage.Member(values, "tasks") is not { ValueKind: JsonValueKind.Array } listed) return RpcError.InvalidParams;
        string[] tasks = [.. listed.EnumerateArray().Where(task => task.ValueKind == JsonValueKind.String).Select(task => task.GetString()!)];
        NodeLog.Reset(log, ReplyMap.Clean(RpcMessage.Text(values, "reason") ?? ""), tasks.Length);
        Task stopped = Task.WhenAll(devices.SelectMany(device => tasks.Select(device.ResetAsync)));
        await stopped.WaitAsync(ResetLimit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return stopped.IsCompleted ? RpcOutcome.Done() : new RpcError(RpcError.Unavailable, "Not all tasks have stopped yet");
    }
}
