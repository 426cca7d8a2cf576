using Microsoft.Extensions.Logging;

namespace Gateway.Queue;

internal static partial class QueueLog
{
    [LoggerMessage(2001, LogLevel.Warning, "Queues cannot be saved (first that of {DeviceId}); each head is read again")]
    public static partial void SaveFailed(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(2023, LogLevel.Information, "Queues can be saved again")]
    public static partial void SavesRecovered(ILogger logger);

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

    [LoggerMessage(2008, LogLevel.Warning, "Notices to other replicas cannot be published; their long polls and channels find work a little later")]
    public static partial void NoticesFailed(ILogger logger, Exception exception);

    [LoggerMessage(2009, LogLevel.Error, "An operation on the queue of {DeviceId} failed")]
    public static partial void OperationFailed(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(2010, LogLevel.Warning, "History was not written to its end when the program stopped; it is written on the next start")]
    public static partial void HistoryCutShort(ILogger logger);

    [LoggerMessage(2011, LogLevel.Error, "{Observer} did not take up what happened to a queue")]
    public static partial void ObserverFailed(ILogger logger, string observer, Exception exception);

    [LoggerMessage(2012, LogLevel.Error, "A newer run of the replica {Replica} has begun: what this one holds counts as gone. Two replicas must not have the same id")]
    public static partial void ReplicaReplaced(ILogger logger, string replica);

    [LoggerMessage(2013, LogLevel.Warning, "The sign of life of this replica cannot be renewed; its channels may come to count as dead")]
    public static partial void RenewalFailed(ILogger logger, Exception exception);

    [LoggerMessage(2014, LogLevel.Information, "The sign of life of this replica is renewed again")]
    public static partial void RenewedAgain(ILogger logger);

    [LoggerMessage(2021, LogLevel.Information, "This replica is {Replica}")]
    public static partial void PlaceTaken(ILogger logger, string replica);

    [LoggerMessage(2015, LogLevel.Debug, "Whether the replica {Replica} is alive cannot be read; it counts as alive")]
    public static partial void ReplicaUnknown(ILogger logger, string replica, Exception exception);

    [LoggerMessage(2016, LogLevel.Warning, "{Count} change(s) of channels cannot be recorded and wait")]
    public static partial void ChannelsNotRecorded(ILogger logger, int count, Exception exception);

    [LoggerMessage(2017, LogLevel.Warning, "The channels of an earlier run were not detached at the start; the sweep finds them")]
    public static partial void ChannelsLeftToSweep(ILogger logger, Exception exception);

    [LoggerMessage(2018, LogLevel.Information, "{Count} channel(s) of a dead run of the replica {Replica} were detached")]
    public static partial void DeadChannelsDetached(ILogger logger, int count, string replica);

    [LoggerMessage(2019, LogLevel.Debug, "The channel of {DeviceId}, whose replica is dead, could not be detached yet")]
    public static partial void DeadChannelLeft(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(2022, LogLevel.Error, "What listens to metrics or traces has failed; the queues go on, and it is not told of again")]
    public static partial void ListenerFailed(ILogger logger, Exception exception);

    [LoggerMessage(2020, LogLevel.Debug, "The queue of {DeviceId} could not be looked at for its channel")]
    public static partial void LookFailed(ILogger logger, string deviceId, Exception exception);
}
