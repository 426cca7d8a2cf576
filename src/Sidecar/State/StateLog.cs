namespace Gateway.Sidecar.State;

internal static partial class StateLog
{
    [LoggerMessage(2201, LogLevel.Error, "{Count} writes could not be committed")]
    public static partial void CommitFailed(ILogger logger, Exception error, int count);

    [LoggerMessage(2202, LogLevel.Error, "State store {Store} could not read")]
    public static partial void ReadFailed(ILogger logger, Exception error, string store);
}
