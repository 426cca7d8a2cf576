namespace Gateway.Api.Surfaces.Gateway;

/// <summary>Log messages of the Gateway surface: events 3000 to 3099.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(3000, LogLevel.Error, "{Method} {Path} failed (request {RequestId})")]
    public static partial void Unexpected(ILogger logger, Exception exception, string method, string path, string requestId);

    [LoggerMessage(3001, LogLevel.Warning, "{Method} {Path} needs a store that does not answer now (request {RequestId})")]
    public static partial void Unavailable(ILogger logger, Exception exception, string method, string path, string requestId);

    [LoggerMessage(3005, LogLevel.Warning, "A {Type} message needs a store that does not answer now (connection {Connection})")]
    public static partial void MessageUnavailable(ILogger logger, Exception exception, string type, string connection);

    [LoggerMessage(3003, LogLevel.Warning, "The playbook of session {SessionId} on device {DeviceId} could not be queued; the session is closed again")]
    public static partial void PlaybookFailed(ILogger logger, Exception exception, string sessionId, string deviceId);

    [LoggerMessage(3004, LogLevel.Warning, "Command {Position} of the diagnostic playbook was refused for session {SessionId} on device {DeviceId}: {Status}")]
    public static partial void PlaybookCommandRefused(ILogger logger, int position, string sessionId, string deviceId, string status);
}
