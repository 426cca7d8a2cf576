namespace Gateway.Api.Audit;

/// <summary>Log messages of the audit trail: event 3002.</summary>
internal static partial class AuditTrailLog
{
    [LoggerMessage(3002, LogLevel.Error, "The audit log has not taken {Action} by {Actor} on device {DeviceId}; it was done all the same")]
    public static partial void Lost(ILogger logger, Exception exception, string action, string actor, string? deviceId);
}
