namespace Gateway.Api.Channels.Sockets;

/// <summary>Log messages of sockets: events 3500 to 3519.</summary>
internal static partial class SocketLog
{
    [LoggerMessage(3500, LogLevel.Error, "The {Kind} socket {Connection} failed")]
    public static partial void HandlerFailed(ILogger logger, string connection, string kind, Exception exception);

    [LoggerMessage(3501, LogLevel.Debug, "The {Kind} socket {Connection} is lost")]
    public static partial void Lost(ILogger logger, string connection, string kind, Exception exception);

    [LoggerMessage(3502, LogLevel.Debug, "The {Kind} socket {Connection} ended: {Code} {Reason}")]
    public static partial void Ended(ILogger logger, string connection, string kind, int code, string reason);

    [LoggerMessage(3503, LogLevel.Information, "Stopping: {Count} sockets are told to come back within {Spread}")]
    public static partial void GoingAway(ILogger logger, int count, TimeSpan spread);

    [LoggerMessage(3504, LogLevel.Warning, "Stopping: {Count} sockets have not ended in time")]
    public static partial void LeftOpen(ILogger logger, int count);
}
