using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Conversation;

/// <summary>
/// The second version of the API: messages by role (<c>{"inputs":[{"messages":[{"ofUser":{"content":[{"text"}]}}],"scrubPii"}]}</c>), tools, and
/// <c>{"outputs":[{"choices":[{"finishReason","message":{"content","toolCalls"}}],"model","usage"}]}</c>.
/// </summary>
internal static class Alpha2
{
    private const string UnknownChoice =
        "tool choice selected was not found. Must be 'auto', 'none', 'required', or a specific tool name matching the tools available to be used";

    private const string NoTools = "tool choice must be 'auto', 'none', 'required', or a specific tool name matching the tools available to be used";

    public static ConversationRequest Read(ProtoJson message)
    {
        ConversationParameters.Check(message);
        List<ConversationMessage> messages = [];
        foreach (ProtoJson input in message.List("inputs"))
        {
            bool scrubs = input.Expect(JsonTokenType.StartObject).Flag("scrubPii", "scrub_pii");
            messages.AddRange(input.List("messages").Select(item => ReadMessage(item.Expect(JsonTokenType.StartObject), scrubs)));
        }

        ConversationTool[] tools = [.. message.List("tools").Select(ReadTool).OfType<ConversationTool>()];
        Dictionary<string, string> metadata = message.Texts("metadata");
        if (message.Text("promptCacheRetention", "prompt_cache_retention") is { } retention) metadata["prompt_cache_retention"] = retention;
        return new ConversationRequest
        {
            Messages = messages,
            Tools = tools,
            ToolChoice = ReadToolChoice(message, tools),
            Temperature = message.Number("temperature") ?? 0,
            Metadata = metadata,
            ResponseSchema = message.Message("responseFormat", "response_format")?.AsSent,
        };
    }

    public static JsonObject Write(ProtoJson message, ConversationAnswer answer)
    {
        bool scrubs = message.Flag("scrubPii", "scrub_pii");
        var response = new JsonObject();
        if (message.Text("contextId", "context_id") is { Length: > 0 } id) response["contextId"] = id;
        response["outputs"] = new JsonArray([.. answer.Choices.Select((choice, index) =>
        {
            var output = new JsonObject { ["choices"] = new JsonArray(WriteChoice(choice, index, scrubs)) };
            if (answer.Model is { Length: > 0 } model) output["model"] = model;
            if (answer.Usage is { } usage) output["usage"] = WriteUsage(usage);
            return output;
        })]);
        return response;
    }

    private static ConversationMessage ReadMessage(ProtoJson message, bool scrubs)
    {
        foreach ((string name, string snake, ConversationRole role) in ((string, string, ConversationRole)[])
        [
            // A developer's words are to the model those of a user.
            ("ofDeveloper", "of_developer", ConversationRole.User),
            ("ofSystem", "of_system", ConversationRole.System),
            ("ofUser", "of_user", ConversationRole.User),
            ("ofAssistant", "of_assistant", ConversationRole.Assistant),
            ("ofTool", "of_tool", ConversationRole.Tool),
        ])
        {
            if (message.Message(name, snake) is not { } body) continue;
            IEnumerable<string> texts = body.List("content").Select(part => part.Expect(JsonTokenType.StartObject).Text("text") ?? "");
            if (scrubs) texts = texts.Select(PersonalData.Remove);
            IEnumerable<ConversationPart> parts = role == ConversationRole.Tool
                ? texts.Select(text => new ToolAnswerPart(body.Text("toolId", "tool_id") ?? "", body.Text("name") ?? "", text))
                : texts.Select(text => new TextPart(text));
            if (role == ConversationRole.Assistant) parts = parts.Concat(body.List("toolCalls", "tool_calls").Select(ReadToolCall));
            return new ConversationMessage(role, [.. parts]);
        }

        throw InvalidParametersException.Error("message type cannot be nil");
    }

    private static ToolCallPart ReadToolCall(ProtoJson call)
    {
        ProtoJson function = call.Expect(JsonTokenType.StartObject).Message("function") ?? throw InvalidParametersException.Error("tool types cannot be nil");
        return new ToolCallPart(call.Text("id") ?? "", function.Text("name") ?? "", function.Text("arguments") ?? "");
    }

    private static ConversationTool? ReadTool(ProtoJson tool)
    {
        if (tool.Expect(JsonTokenType.StartObject).Message("function") is not { } function) return null;
        string? schema = function.Message("parameters")?.AsSent;
        return new ConversationTool(
            function.Text("name") ?? "", function.Text("description") ?? "", schema is null ? null : JsonSerializer.Deserialize<JsonElement>(schema));
    }

    private static string? ReadToolChoice(ProtoJson message, ConversationTool[] tools)
    {
        string choice = message.Text("toolChoice", "tool_choice") ?? "";
        switch (choice)
        {
            case "auto" or "none":
                return choice;
            case "":
                return tools.Length > 0 ? "auto" : null;
            case "required":
                return tools.Length > 0 ? choice : throw InvalidParametersException.Text(NoTools);
            default:
                bool known = message.Find("tools") is null || tools.Any(tool => tool.Name == choice);
                return known ? choice : throw InvalidParametersException.Text(UnknownChoice);
        }
    }

    private static JsonObject WriteChoice(ConversationChoice choice, int index, bool scrubs)
    {
        var written = new JsonObject { ["finishReason"] = choice.FinishReason };
        if (index > 0) written["index"] = Number(index);
        var message = new JsonObject();
        if (choice.Text.Length > 0) message["content"] = scrubs ? PersonalData.Remove(choice.Text) : choice.Text;
        if (choice.ToolCalls.Count > 0) message["toolCalls"] = new JsonArray([.. choice.ToolCalls.Select(WriteToolCall)]);
        written["message"] = message;
        return written;
    }

    private static JsonNode WriteToolCall(ToolCallPart call)
    {
        var function = new JsonObject { ["name"] = call.Name };
        if (call.Arguments.Length > 0) function["arguments"] = call.Arguments;
        var written = new JsonObject();
        if (call.Id.Length > 0) written["id"] = call.Id;
        written["function"] = function;
        return written;
    }

    private static JsonObject WriteUsage(ConversationUsage usage)
    {
        JsonObject written = WriteTokens([("completionTokens", usage.Completion), ("promptTokens", usage.Prompt), ("totalTokens", usage.Total)]);
        if (usage.CompletionDetails.Count > 0) written["completionTokensDetails"] = WriteTokens(usage.CompletionDetails);
        if (usage.PromptDetails.Count > 0) written["promptTokensDetails"] = WriteTokens(usage.PromptDetails);
        return written;
    }

    private static JsonObject WriteTokens(IEnumerable<(string Name, long Tokens)> counts)
    {
        var written = new JsonObject();
        foreach ((string name, long tokens) in counts)
        {
            if (tokens > 0) written[name] = Number(tokens);
        }

        return written;
    }

    // protobuf writes 64-bit numbers as texts, and leaves out zeros.
    private static string Number(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
