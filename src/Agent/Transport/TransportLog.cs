using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Transport;

internal static partial class TransportLog
{
    [LoggerMessage(1101, LogLevel.Warning, "The gateway at {Server} cannot be reached ({Detail}); trying again until it can")]
    public static partial void Unreachable(ILogger log, Uri server, string detail);

    [LoggerMessage(1102, LogLevel.Information, "The gateway at {Server} answers again")]
    public static partial void ReachableAgain(ILogger log, Uri server);

    [LoggerMessage(1103, LogLevel.Debug, "Authenticated as {DeviceId}, for {Seconds} s")]
    public static partial void Authenticated(ILogger log, string deviceId, int seconds);

    [LoggerMessage(1104, LogLevel.Warning, "The gateway refuses device {DeviceId} ({Detail}); trying again until it does not")]
    public static partial void Refused(ILogger log, string deviceId, string detail);

    [LoggerMessage(1106, LogLevel.Information, "Connected: commands come over the socket")]
    public static partial void SocketOpen(ILogger log);

    [LoggerMessage(1107, LogLevel.Warning, "No socket ({Detail}): working by requests, and trying again")]
    public static partial void NoSocket(ILogger log, string detail);

    [LoggerMessage(1108, LogLevel.Information, "The socket is lost ({Detail}); connecting again")]
    public static partial void SocketLost(ILogger log, string detail);

    [LoggerMessage(1109, LogLevel.Warning, "The gateway says: {Detail}")]
    public static partial void SocketError(ILogger log, string detail);

    [LoggerMessage(1105, LogLevel.Information, "The gateway accepts device {DeviceId} again")]
    public static partial void AcceptedAgain(ILogger log, string deviceId);
}
