namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>Events 4100 to 4199.</summary>
internal static partial class ActorLog
{
    [LoggerMessage(4100, LogLevel.Information, "The app hosts the actor types {Types}")]
    public static partial void Hosted(ILogger logger, string types);

    [LoggerMessage(4101, LogLevel.Warning, "The app's answer {Status} to GET /dapr/config cannot be read: it hosts no actors")]
    public static partial void ConfigurationUnreadable(ILogger logger, int status);

    [LoggerMessage(4102, LogLevel.Warning, "Actor types are declared, but no state store has actorStateStore set to true: actors are off")]
    public static partial void NoStateStore(ILogger logger);

    [LoggerMessage(4103, LogLevel.Warning, "A turn of an actor of type {ActorType} did not reach the app: {Reason}")]
    public static partial void AppUnreachable(ILogger logger, string actorType, string reason);

    [LoggerMessage(4104, LogLevel.Warning, "The app answered {Status} when an actor of type {ActorType} was deactivated")]
    public static partial void DeactivationRefused(ILogger logger, string actorType, int status);

    [LoggerMessage(4105, LogLevel.Warning, "The app could not be told that an actor of type {ActorType} was deactivated")]
    public static partial void DeactivationFailed(ILogger logger, string actorType, Exception exception);

    [LoggerMessage(4106, LogLevel.Warning, "Reminders are kept in memory only and end with the sidecar: no data folder is configured")]
    public static partial void RemindersInMemory(ILogger logger);

    [LoggerMessage(4107, LogLevel.Error, "Actors could not be moved to other hosts; the next call of each moves it")]
    public static partial void MoveFailed(ILogger logger, Exception exception);

    [LoggerMessage(4110, LogLevel.Warning, "A reminder of an actor of type {ActorType} failed, attempt {Attempt}")]
    public static partial void ReminderFailed(ILogger logger, string actorType, int attempt);

    [LoggerMessage(4111, LogLevel.Warning, "A tick of a reminder of an actor of type {ActorType} is given up")]
    public static partial void ReminderTickDropped(ILogger logger, string actorType);

    // 4112 and 4113 are retired: they are the schedule's, 4130 and 4131.

    [LoggerMessage(4114, LogLevel.Error, "A callback of an actor of type {ActorType} failed in the sidecar")]
    public static partial void CallbackFailed(ILogger logger, string actorType, Exception exception);

    [LoggerMessage(4120, LogLevel.Warning, "A timer of an actor of type {ActorType} failed; timers are not tried again")]
    public static partial void TimerFailed(ILogger logger, string actorType);
}
