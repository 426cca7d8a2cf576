using Microsoft.Extensions.Logging;

namespace Gateway.Storage;

/// <summary>Log messages of the store's start: event 3719.</summary>
internal static partial class StartupLog
{
    [LoggerMessage(3719, LogLevel.Warning, "{Database} lacks {Count} migration(s): the start waits until they are applied (the command migrate)")]
    public static partial void SchemaAwaited(ILogger logger, string database, int count);
}
