using System.Text.Json;
using Gateway.Api.Surfaces.Gateway.Requests;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>A message of a client: <c>{type, id?, data}</c>.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Id">The client's own id for it, which asks for an answer; null: only errors are answered.</param>
/// <param name="Data">The object under <c>data</c>; the message itself when it has none, as the specification writes some of them flat.</param>
internal sealed record ClientMessage(string Type, string? Id, JsonElement Data)
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxId = 64;

    private const int MaxType = 64;

    /// <summary>Reads the frame of a message, or says what is wrong with it.</summary>
    public static OrError<ClientMessage> Read(JsonElement message) => JsonBody.Read(message, body =>
    {
        var hasData = message.TryGetProperty("data", out var data) && data.ValueKind != JsonValueKind.Null;
        if (hasData && data.ValueKind != JsonValueKind.Object) body.Refuse("data", "must be an object");
        return new ClientMessage(body.Text("type", 1, MaxType), body.OptionalText("id", 1, MaxId), hasData ? data : message);
    });
}
