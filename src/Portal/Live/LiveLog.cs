using Microsoft.Extensions.Logging;

namespace Gateway.Portal.Live;

/// <summary>What the live connection logs.</summary>
internal static partial class LiveLog
{
    [LoggerMessage(5201, LogLevel.Debug, "The live connection was lost: {Reason}")]
    public static partial void Lost(ILogger logger, string reason);
}
