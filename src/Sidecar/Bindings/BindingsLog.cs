namespace Gateway.Sidecar.Bindings;

/// <summary>Events 2600 to 2699.</summary>
internal static partial class BindingsLog
{
    [LoggerMessage(2600, LogLevel.Information, "The app does not listen to binding {Binding} (OPTIONS {Path}); it is not called")]
    public static partial void NotSubscribed(ILogger logger, string binding, string path);

    [LoggerMessage(2601, LogLevel.Warning, "The app answered {Status} to binding {Binding}")]
    public static partial void CallRefused(ILogger logger, string binding, int status);

    [LoggerMessage(2602, LogLevel.Warning, "The app could not be called for binding {Binding}")]
    public static partial void CallFailed(ILogger logger, Exception error, string binding);
}
