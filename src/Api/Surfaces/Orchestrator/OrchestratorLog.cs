namespace Gateway.Api.Surfaces.Orchestrator;

/// <summary>Log messages of the Orchestrator surface: events 4000 to 4099.</summary>
internal static partial class OrchestratorLog
{
    [LoggerMessage(4000, LogLevel.Error, "{Method} {Path} failed (request {RequestId})")]
    public static partial void Unexpected(ILogger logger, Exception exception, string method, string path, string requestId);

    [LoggerMessage(4001, LogLevel.Warning, "{Method} {Path} needs a store that does not answer now (request {RequestId})")]
    public static partial void Unavailable(ILogger logger, Exception exception, string method, string path, string requestId);

    [LoggerMessage(4002, LogLevel.Error, "The Orchestrator surface is closed and answers 503: set {Missing}")]
    public static partial void Closed(ILogger logger, string missing);

    [LoggerMessage(4003, LogLevel.Warning, "Node {NodeId} cannot connect: the store does not answer")]
    public static partial void NodeUnavailable(ILogger logger, Exception exception, string nodeId);

    [LoggerMessage(4004, LogLevel.Warning, "Node {NodeId} has not answered two pings: it counts as offline")]
    public static partial void NodeSilent(ILogger logger, string nodeId);

    [LoggerMessage(4005, LogLevel.Warning, "{Method} of node {NodeId} needs a store that does not answer now")]
    public static partial void CallUnavailable(ILogger logger, Exception exception, string method, string nodeId);

    [LoggerMessage(4006, LogLevel.Error, "Offering a task of device {DeviceId} to its node failed")]
    public static partial void OfferFailed(ILogger logger, Exception exception, string deviceId);

    [LoggerMessage(4007, LogLevel.Warning, "Emergency {EmergencyId} ({Action} of {Target}) was asked for by {Actor}")]
    public static partial void EmergencyBegun(ILogger logger, string emergencyId, string action, string target, string actor);

    [LoggerMessage(4008, LogLevel.Error, "Emergency actions cannot go on now; they are tried again each second")]
    public static partial void EmergencyStuck(ILogger logger, Exception exception);

    [LoggerMessage(4009, LogLevel.Warning, "Node {NodeId} was reset by {EmergencyId}: {State}")]
    public static partial void NodeReset(ILogger logger, string nodeId, string emergencyId, string state);
}
