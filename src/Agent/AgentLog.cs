using Microsoft.Extensions.Logging;

namespace Gateway.Agent;

internal static partial class AgentLog
{
    [LoggerMessage(1001, LogLevel.Information, "Device {DeviceId} works for {Server}; allowed: {Commands}. Ctrl+C stops it.")]
    public static partial void Running(ILogger log, string deviceId, string server, string commands);

    [LoggerMessage(1002, LogLevel.Information, "Stopping: what runs may finish within {Seconds:0.#} s; once more to stop at once")]
    public static partial void Stopping(ILogger log, double seconds);

    [LoggerMessage(1003, LogLevel.Information, "Stopped; {Count} results wait on disk for the next start")]
    public static partial void Stopped(ILogger log, int count);

    [LoggerMessage(1004, LogLevel.Warning, "{Server} is not https: the device's secret travels unprotected")]
    public static partial void Unprotected(ILogger log, string server);
}
