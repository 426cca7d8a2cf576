using Gateway.Api.Channels.JsonRpc;
using Gateway.Api.Requests;

namespace Gateway.Api.Surfaces.Orchestrator.Sockets;

/// <summary>This surface's own errors over JSON-RPC: -32000 to -32099 (orchestrator-api.md, "JSON-RPC error codes").</summary>
internal static class NodeErrors
{
    /// <summary>-32000: a store does not answer now; the same again later.</summary>
    public static readonly JsonRpcError Unavailable = new(-32000, "Temporarily unavailable");

    /// <summary>-32001: the device is not behind this node.</summary>
    public static readonly JsonRpcError UnknownDevice = new(-32001, "Unknown device");

    /// <summary>-32002: this node has no such task.</summary>
    public static readonly JsonRpcError UnknownTask = new(-32002, "Unknown task");

    /// <summary>-32003: the task does not run here any more; its result is not taken.</summary>
    public static readonly JsonRpcError NotRunning = new(-32003, "The task does not run here");

    /// <summary>-32004: more messages than allowed; the socket closes.</summary>
    public static readonly JsonRpcError TooMany = new(-32004, "Too many messages");

    /// <summary>-32005: the message is too large; the socket closes.</summary>
    public static readonly JsonRpcError TooLarge = new(-32005, "The message is too large");

    /// <summary>-32010, from a node in answer to <c>execute</c>: it has not begun and does not want to; the task is queued again.</summary>
    public const int NotBegun = -32010;

    /// <summary>-32602 with all that is wrong.</summary>
    public static JsonRpcError Invalid(IReadOnlyList<FieldError> errors) =>
        JsonRpcError.InvalidParams with { Details = string.Join("; ", errors.Select(error => $"{error.Field} {error.Message}")) };
}
