namespace Gateway.Sidecar.Components;

internal static partial class ResourceLog
{
    [LoggerMessage(2001, LogLevel.Warning, "{File}: a document {Kind} ('{Name}') is ignored")]
    public static partial void Ignored(ILogger logger, string file, string kind, string name);

    [LoggerMessage(2002, LogLevel.Warning, "{Error} (ignored, since ignoreErrors is set)")]
    public static partial void ComponentIgnored(ILogger logger, string error);

    [LoggerMessage(2003, LogLevel.Information, "Component {Name} ({Type}/{Version}) is loaded")]
    public static partial void ComponentLoaded(ILogger logger, string name, string type, string version);
}
