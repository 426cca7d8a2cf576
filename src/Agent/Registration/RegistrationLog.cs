using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Registration;

internal static partial class RegistrationLog
{
    [LoggerMessage(1401, LogLevel.Warning, "No registration yet ({Detail}); next attempt in {Seconds:0.0} s")]
    public static partial void Retrying(ILogger log, string detail, double seconds);
}
