using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Work;

internal static partial class WorkLog
{
    [LoggerMessage(1201, LogLevel.Information, "{Type} started ({CommandId})")]
    public static partial void Started(ILogger log, string type, string commandId);

    [LoggerMessage(1202, LogLevel.Information, "{Type} ended: {Status} after {Seconds:0.0} s ({CommandId})")]
    public static partial void Finished(ILogger log, string type, string commandId, string status, double seconds);

    [LoggerMessage(1203, LogLevel.Debug, "The gateway has the word on {CommandId} ({Status})")]
    public static partial void Delivered(ILogger log, string commandId, string status);

    [LoggerMessage(1204, LogLevel.Warning, "The gateway does not take the word on {CommandId} ({Detail}); it is dropped")]
    public static partial void ResultRefused(ILogger log, string commandId, string detail);

    [LoggerMessage(1205, LogLevel.Warning, "The result of {CommandId} is too large for the gateway; its output is cut")]
    public static partial void ResultCut(ILogger log, string commandId);

    [LoggerMessage(1206, LogLevel.Warning, "The claim on {CommandId} is gone ({Detail}); what ran is stopped and its result forgotten")]
    public static partial void ClaimLost(ILogger log, string commandId, string detail);

    [LoggerMessage(1207, LogLevel.Debug, "The claim on {CommandId} is extended and lasts {Seconds:0.0} s")]
    public static partial void Extended(ILogger log, string commandId, double seconds);

    [LoggerMessage(1208, LogLevel.Warning,
        "{Type} was cut off when the agent last ended ({CommandId}); the gateway decides whether it runs again")]
    public static partial void Interrupted(ILogger log, string type, string commandId);

    [LoggerMessage(1216, LogLevel.Information, "{Type} has not begun and is given back ({CommandId})")]
    public static partial void GivenBack(ILogger log, string type, string commandId);

    [LoggerMessage(1209, LogLevel.Warning, "{Type} had started under this claim before and is not run twice ({CommandId})")]
    public static partial void NotRunTwice(ILogger log, string type, string commandId);

    [LoggerMessage(1210, LogLevel.Error, "{Type} is not started, because the journal cannot be written ({CommandId}): {Problem}")]
    public static partial void NotStarted(ILogger log, string type, string commandId, string problem);

    [LoggerMessage(1211, LogLevel.Error, "The word on {CommandId} cannot be kept on disk, only in memory: {Problem}")]
    public static partial void NotKept(ILogger log, string commandId, string problem);

    [LoggerMessage(1212, LogLevel.Information, "{Count} results and commands to give back of the last run are still to be delivered")]
    public static partial void ResultsLeft(ILogger log, int count);

    [LoggerMessage(1213, LogLevel.Warning, "{Path} is not a result and is left alone")]
    public static partial void UnreadableResult(ILogger log, string path);

    [LoggerMessage(1214, LogLevel.Warning, "The gateway gives no commands ({Detail})")]
    public static partial void ClaimRefused(ILogger log, string detail);

    [LoggerMessage(1215, LogLevel.Error, "{Type} could not be carried out: {Problem}")]
    public static partial void CommandBroke(ILogger log, string type, string problem);
}
