using System.Text.Json.Nodes;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Conversation;

/// <summary>The first version of the API: <c>{"inputs":[{"content","role","scrubPII"}]}</c> and <c>{"outputs":[{"result"}]}</c>.</summary>
internal static class Alpha1
{
    public static ConversationRequest Read(ProtoJson message)
    {
        ConversationParameters.Check(message);
        return new ConversationRequest
        {
            Messages = [.. message.List("inputs").Select(ReadInput)],
            Temperature = message.Number("temperature") ?? 0,
        };
    }

    public static JsonObject Write(ProtoJson message, ConversationAnswer answer)
    {
        var response = new JsonObject();
        if (message.Text("contextID") is { Length: > 0 } id) response["contextID"] = id;
        JsonNode? parameters = JsonNode.Parse(ConversationParameters.Check(message) ?? "null");
        bool scrubs = message.Flag("scrubPII");
        response["outputs"] = new JsonArray([.. answer.Choices.Select(choice =>
        {
            var output = new JsonObject();
            if (choice.Text.Length > 0) output["result"] = scrubs ? PersonalData.Remove(choice.Text) : choice.Text;
            if (parameters is JsonObject { Count: > 0 }) output["parameters"] = parameters.DeepClone();
            return output;
        })]);
        return response;
    }

    private static ConversationMessage ReadInput(ProtoJson input)
    {
        input.Expect(System.Text.Json.JsonTokenType.StartObject);
        string text = input.Text("content") ?? "";
        ConversationRole role = input.Text("role") switch
        {
            "system" => ConversationRole.System,
            "assistant" or "ai" => ConversationRole.Assistant,
            "tool" => ConversationRole.Tool,
            "function" => ConversationRole.Function,
            _ => ConversationRole.User,
        };
        return new ConversationMessage(role, [new TextPart(input.Flag("scrubPII") ? PersonalData.Remove(text) : text)]);
    }
}
