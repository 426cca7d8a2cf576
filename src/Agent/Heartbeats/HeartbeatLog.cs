using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Heartbeats;

internal static partial class HeartbeatLog
{
    [LoggerMessage(1301, LogLevel.Warning, "The gateway refuses the heartbeat ({Detail})")]
    public static partial void Refused(ILogger log, string detail);
}
