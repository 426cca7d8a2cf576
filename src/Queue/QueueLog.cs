using Microsoft.Extensions.Logging;

namespace Gateway.Queue;

internal static partial class QueueLog
{
    [LoggerMessage(2001, LogLevel.Warning, "Saving the queue of {DeviceId} failed; its head was read again")]
    public static partial void SaveFailed(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(2002, LogLevel.Warning, "Reminders cannot be set (first for {DeviceId}); the sweep looks after deadlines meanwhile")]
    public static partial void ArmingFailed(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(2003, LogLevel.Information, "Reminders can be set again")]
    public static partial void ArmingRecovered(ILogger logger);

    [LoggerMessage(2004, LogLevel.Debug, "{Count} documents of {DeviceId} could not be deleted and go by their time to live")]
    public static partial void GarbageLeft(ILogger logger, string deviceId, int count, Exception exception);

    [LoggerMessage(2005, LogLevel.Warning, "History cannot be written; events wait in the heads")]
    public static partial void HistoryFailed(ILogger logger, Exception exception);

    [LoggerMessage(2006, LogLevel.Information, "History is written again")]
    public static partial void HistoryRecovered(ILogger logger);

    [LoggerMessage(2007, LogLevel.Warning, "Event {Seq} of {DeviceId} names the document {Document}, which is gone; another replica has written the event, or its text is lost")]
    public static partial void DocumentLost(ILogger logger, string deviceId, long seq, string document);

    [LoggerMessage(2008, LogLevel.Warning, "Notices to other replicas cannot be published; their long polls find work a little later")]
    public static partial void NoticesFailed(ILogger logger, Exception exception);

    [LoggerMessage(2009, LogLevel.Error, "An operation on the queue of {DeviceId} failed")]
    public static partial void OperationFailed(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(2010, LogLevel.Warning, "History was not written to its end when the program stopped; it is written on the next start")]
    public static partial void HistoryCutShort(ILogger logger);
}
