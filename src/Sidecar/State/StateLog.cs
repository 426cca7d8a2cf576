namespace Gateway.Sidecar.State;

internal static partial class StateLog
{
    [LoggerMessage(2201, LogLevel.Error, "{Count} writes could not be committed")]
    public static partial void CommitFailed(ILogger logger, Exception error, int count);

    [LoggerMessage(2202, LogLevel.Error, "State store {Store} could not read")]
    public static partial void ReadFailed(ILogger logger, Exception error, string store);

    [LoggerMessage(2203, LogLevel.Information, "Writes to table {Table} are committed again")]
    public static partial void CommitsAgain(ILogger logger, string table);

    [LoggerMessage(2204, LogLevel.Error, "A write to table {Table} was refused by the server")]
    public static partial void StatementRefused(ILogger logger, Exception error, string table);

    [LoggerMessage(2205, LogLevel.Error, "Expired rows of table {Table} could not be removed")]
    public static partial void CleanupFailed(ILogger logger, Exception error, string table);
}
