using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

internal static partial class ActorLog
{
    [LoggerMessage(5001, LogLevel.Debug, "Actor {ActorType}/{ActorId} is active")]
    public static partial void Activated(ILogger logger, string actorType, string actorId);

    [LoggerMessage(5002, LogLevel.Debug, "Actor {ActorType}/{ActorId} is no longer active")]
    public static partial void Deactivated(ILogger logger, string actorType, string actorId);

    [LoggerMessage(5003, LogLevel.Warning, "Actor {ActorType}/{ActorId}: method {Method} threw, its caller is told")]
    public static partial void MethodFailed(ILogger logger, Exception exception, string actorType, string actorId, string method);
}
