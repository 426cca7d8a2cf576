using System.Text.Json;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Conversation;

/// <summary>
/// The field <c>parameters</c> of both versions: values with a type, which no model here looks at, and which the first version sends back.
/// </summary>
internal static class ConversationParameters
{
    /// <summary>The field as it was sent, or null where it was not; an error where a value is no message.</summary>
    public static string? Check(ProtoJson message)
    {
        ProtoJson? parameters = message.Message("parameters");
        foreach ((_, ProtoJson value) in parameters?.Members ?? []) value.Expect(JsonTokenType.StartObject);
        return parameters?.AsSent;
    }
}
