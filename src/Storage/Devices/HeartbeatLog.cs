using Microsoft.Extensions.Logging;

namespace Gateway.Storage.Devices;

internal static partial class HeartbeatLog
{
    [LoggerMessage(4001, LogLevel.Warning, "Heartbeats cannot be written; {Pending} wait and are tried again every second")]
    public static partial void CannotWrite(ILogger logger, int pending, Exception exception);

    [LoggerMessage(4002, LogLevel.Information, "Heartbeats are written again")]
    public static partial void WritesAgain(ILogger logger);

    [LoggerMessage(4003, LogLevel.Warning, "{Pending} heartbeats could not be written before the stop")]
    public static partial void LeftBehind(ILogger logger, int pending);

    [LoggerMessage(4004, LogLevel.Error, "{Observer} failed on changes of presence")]
    public static partial void ObserverFailed(ILogger logger, string observer, Exception exception);
}
