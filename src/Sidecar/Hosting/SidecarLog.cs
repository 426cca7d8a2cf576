namespace Gateway.Sidecar.Hosting;

internal static partial class SidecarLog
{
    [LoggerMessage(2101, LogLevel.Information, "Sidecar of {AppId} listens on {Address} ({Components} components)")]
    public static partial void Listening(ILogger logger, string appId, string address, int components);

    [LoggerMessage(2102, LogLevel.Information, "Waiting for the app to listen on port {Port}")]
    public static partial void WaitingForApp(ILogger logger, int port);

    [LoggerMessage(2103, LogLevel.Information, "Sidecar of {AppId} is ready")]
    public static partial void Ready(ILogger logger, string appId);

    [LoggerMessage(2104, LogLevel.Error, "Sidecar of {AppId} could not finish its start")]
    public static partial void StartFailed(ILogger logger, Exception error, string appId);

    [LoggerMessage(2105, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, Exception error, string method, string path);

    [LoggerMessage(2106, LogLevel.Warning, "The app does not answer its health probe any more; it gets no calls until it does")]
    public static partial void AppUnhealthy(ILogger logger);

    [LoggerMessage(2107, LogLevel.Information, "The app answers its health probe")]
    public static partial void AppHealthy(ILogger logger);

    [LoggerMessage(2108, LogLevel.Error, "{Feature} did not stop cleanly")]
    public static partial void StopFailed(ILogger logger, Exception error, string feature);

    [LoggerMessage(2109, LogLevel.Warning, "The app closed the connection when it was asked for {Path}; it is asked again until it answers")]
    public static partial void DeclarationFailed(ILogger logger, string path);

    [LoggerMessage(2110, LogLevel.Warning, "The app {AppId} on port {Port} is gone; others take over from it until it listens again")]
    public static partial void AppLeft(ILogger logger, string appId, int port);

    [LoggerMessage(2111, LogLevel.Information, "The app {AppId} on port {Port} is back")]
    public static partial void AppReturned(ILogger logger, string appId, int port);
}
