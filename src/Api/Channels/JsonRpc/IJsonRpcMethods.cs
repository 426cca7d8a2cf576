using System.Text.Json;

namespace Gateway.Api.Channels.JsonRpc;

/// <summary>What a peer may call. Called one call after another.</summary>
internal interface IJsonRpcMethods
{
    /// <summary>Does a call, a notification as well; what it throws is answered as <see cref="JsonRpcError.InternalError"/>.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="values">The parameters, an object or an array; undefined: none.</param>
    /// <param name="cancellationToken">Cancelled when the connection ends.</param>
    Task<JsonRpcOutcome> CallAsync(string method, JsonElement values, CancellationToken cancellationToken);
}

/// <summary>What came of a call.</summary>
/// <param name="Error">What went wrong; null: it was done.</param>
/// <param name="WriteResult">Writes the result; null: the result is <c>null</c>.</param>
internal readonly record struct JsonRpcOutcome(JsonRpcError? Error, Action<Utf8JsonWriter>? WriteResult)
{
    /// <summary>It was done.</summary>
    public static JsonRpcOutcome Done(Action<Utf8JsonWriter>? writeResult = null) => new(null, writeResult);

    /// <summary>It was not done.</summary>
    public static implicit operator JsonRpcOutcome(JsonRpcError error) => new(error, null);
}
