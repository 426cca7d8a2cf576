using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Nodes;

internal static partial class NodeLog
{
    [LoggerMessage(1501, LogLevel.Information, "{NodeId} works for {Server} with {Devices} devices, {First} to {Last}; allowed: {Commands}. Ctrl+C stops it.")]
    public static partial void Running(ILogger log, string nodeId, string server, int devices, string first, string last, string commands);

    [LoggerMessage(1502, LogLevel.Information, "Connected: {NodeId} gets tasks from {Server}")]
    public static partial void Connected(ILogger log, string nodeId, string server);

    [LoggerMessage(1503, LogLevel.Warning, "{Server} does not take the node ({Detail}); trying again until it does")]
    public static partial void NotConnected(ILogger log, string server, string detail);

    [LoggerMessage(1504, LogLevel.Warning, "The socket is lost ({Why}); connecting again. What runs goes on")]
    public static partial void Lost(ILogger log, string why);

    [LoggerMessage(1505, LogLevel.Warning, "The server says: {Detail}")]
    public static partial void ServerSays(ILogger log, string detail);

    [LoggerMessage(1506, LogLevel.Warning, "The server refuses the heartbeat or a part of it: {Detail}")]
    public static partial void HeartbeatRefused(ILogger log, string detail);

    [LoggerMessage(1507, LogLevel.Information, "{TaskId} is stopped on {DeviceId}: {Why}")]
    public static partial void Dropped(ILogger log, string taskId, string deviceId, string why);

    [LoggerMessage(1508, LogLevel.Warning, "Reset by an operator ({Reason}): {Count} tasks are stopped")]
    public static partial void Reset(ILogger log, string reason, int count);

    [LoggerMessage(1510, LogLevel.Error, "{TaskId} could not be worked on by {DeviceId}: {Problem}")]
    public static partial void Broke(ILogger log, string taskId, string deviceId, string problem);

    [LoggerMessage(1511, LogLevel.Debug, "{TaskId} is offered to {DeviceId} again")]
    public static partial void OfferedAgain(ILogger log, string taskId, string deviceId);

    [LoggerMessage(1509, LogLevel.Warning, "{Server} is not https: the nodes' token travels unprotected")]
    public static partial void Unprotected(ILogger log, string server);
}
