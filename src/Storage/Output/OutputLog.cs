using Microsoft.Extensions.Logging;

namespace Gateway.Storage.Output;

internal static partial class OutputLog
{
    [LoggerMessage(4201, LogLevel.Warning, "Output of commands cannot be written; {Pending} chunks wait and are tried again every second")]
    public static partial void CannotWrite(ILogger logger, int pending, Exception exception);

    [LoggerMessage(4202, LogLevel.Information, "Output of commands is written again")]
    public static partial void WritesAgain(ILogger logger);

    [LoggerMessage(4203, LogLevel.Warning, "{Pending} chunks of output could not be written before the stop")]
    public static partial void LeftBehind(ILogger logger, int pending);
}
