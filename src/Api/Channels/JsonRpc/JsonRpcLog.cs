namespace Gateway.Api.Channels.JsonRpc;

/// <summary>Log messages of JSON-RPC connections: events 3560 to 3569.</summary>
internal static partial class JsonRpcLog
{
    [LoggerMessage(3560, LogLevel.Error, "A call over JSON-RPC failed")]
    public static partial void MethodFailed(ILogger logger, Exception exception);
}
