using System.Text.Json;

namespace Gateway.Sidecar.Conversation.Echo;

/// <summary>
/// <c>conversation.echo</c> (https://docs.dapr.io/reference/components-reference/supported-conversation/local-echo/): says what it was told, asks for
/// every tool there is, and counts a word as a token.
/// </summary>
internal sealed class EchoConversation : IConversation
{
    public Task<ConversationAnswer> ConverseAsync(ConversationRequest request, CancellationToken cancellationToken)
    {
        List<ToolCallPart> calls = [.. request.Tools.Select((tool, index) =>
            new ToolCallPart(index.ToString(System.Globalization.CultureInfo.InvariantCulture), tool.Name, ArgumentsOf(tool)))];
        List<string> lines = [];
        foreach (ConversationPart part in request.Messages.SelectMany(message => message.Parts))
        {
            switch (part)
            {
                case TextPart text: lines.Add(text.Text); break;
                case ToolCallPart call: calls.Add(call); break;
                case ToolAnswerPart answer: lines.Add($"Tool Response for tool ID '{answer.Id}' with name '{answer.Name}': {answer.Text}"); break;
            }
        }

        string echo = string.Join('\n', lines);
        int words = echo.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        return Task.FromResult(new ConversationAnswer(
            [new ConversationChoice(calls.Count > 0 ? "tool_calls" : "stop", echo, calls)], new ConversationUsage(words, words, words + words)));
    }

    /// <summary>The names of the properties, in order.</summary>
    private static string ArgumentsOf(ConversationTool tool)
    {
        if (tool.Parameters is not { } schema || !schema.TryGetProperty("properties", out JsonElement properties)) return "";
        return properties.ValueKind == JsonValueKind.Object
            ? string.Join(',', properties.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal))
            : throw new ConversationException($"tool function properties must be a map[string]any, got {GoType(properties)}");
    }

    private static string GoType(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "float64",
        JsonValueKind.Array => "[]interface {}",
        JsonValueKind.Null => "<nil>",
        _ => "bool",
    };
}
