using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;

namespace Gateway.Sidecar.Conversation.OpenAi;

/// <summary><c>conversation.openai</c>: chat completions of OpenAI, or of another server with the same API. A call that fails is not repeated, as in daprd.</summary>
internal sealed class OpenAiConversation : IConversation
{
    // These take no temperature but their own.
    private static readonly string[] ReasoningModels = ["gpt-5", "o1-", "o3-"];
    private readonly string model;
    private readonly ChatClient client;

    public OpenAiConversation(OpenAiSettings settings)
    {
        model = settings.Model;
        var options = new OpenAIClientOptions { RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = Timeout.InfiniteTimeSpan };
        if (settings.Endpoint is not null) options.Endpoint = settings.Endpoint;
        client = new ChatClient(model, new ApiKeyCredential(settings.Key), options);
    }

    public async Task<ConversationAnswer> ConverseAsync(ConversationRequest request, CancellationToken cancellationToken)
    {
        ChatMessage[] messages = [.. request.Messages.Select(Message)];
        try
        {
            ChatCompletion completion = await client.CompleteChatAsync(messages, Options(request), cancellationToken);
            return Read(completion, request);
        }
        catch (ClientResultException error)
        {
            throw new ConversationException(Explain(error), error);
        }
        catch (Exception error) when (error is HttpRequestException or InvalidOperationException or JsonException or ArgumentException or FormatException)
        {
            throw new ConversationException(Components.YamlReading.OneLine(error.Message), error);
        }
    }

    private ChatCompletionOptions Options(ConversationRequest request)
    {
        var options = new ChatCompletionOptions();
        if (model != "o3" && !ReasoningModels.Any(name => model.StartsWith(name, StringComparison.Ordinal))) options.Temperature = (float)request.Temperature;
        foreach (ConversationTool tool in request.Tools)
        {
            options.Tools.Add(ChatTool.CreateFunctionTool(
                tool.Name, tool.Description.Length > 0 ? tool.Description : null, tool.Parameters is { } schema ? BinaryData.FromString(schema.GetRawText()) : null));
        }

        options.ToolChoice = request.ToolChoice switch
        {
            null => null,
            "auto" => ChatToolChoice.CreateAutoChoice(),
            "none" => ChatToolChoice.CreateNoneChoice(),
            "required" => ChatToolChoice.CreateRequiredChoice(),
            string name => ChatToolChoice.CreateFunctionChoice(name),
        };
        if (request.ResponseSchema is { } format) options.ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("response", BinaryData.FromString(format));
        foreach ((string name, string value) in request.Metadata) options.Metadata[name] = value;
        return options;
    }

    private static ChatMessage Message(ConversationMessage message)
    {
        string[] texts = [.. message.Parts.OfType<TextPart>().Select(part => part.Text)];
        ChatMessageContentPart[] content = [.. texts.Select(ChatMessageContentPart.CreateTextPart)];
        switch (message.Role)
        {
            case ConversationRole.User:
                return texts.Length == 1 ? new UserChatMessage(texts[0]) : new UserChatMessage(content);
            case ConversationRole.System:
                return texts.Length == 1 ? new SystemChatMessage(texts[0]) : new SystemChatMessage(content);
            case ConversationRole.Assistant:
                ChatToolCall[] calls = [.. message.Parts.OfType<ToolCallPart>()
                    .Select(call => ChatToolCall.CreateFunctionToolCall(call.Id, call.Name, BinaryData.FromString(call.Arguments)))];
                if (calls.Length == 0) return texts.Length == 1 ? new AssistantChatMessage(texts[0]) : new AssistantChatMessage(content);
                var assistant = new AssistantChatMessage(calls);
                foreach (ChatMessageContentPart part in content) assistant.Content.Add(part);
                return assistant;
            case ConversationRole.Tool when message.Parts is [ToolAnswerPart answer]:
                return new ToolChatMessage(answer.Id, answer.Text);
            case ConversationRole.Tool:
                throw new ConversationException($"expected exactly one part for role tool, got {message.Parts.Count}");
            default:
                throw new ConversationException("role function not supported");
        }
    }

    private ConversationAnswer Read(ChatCompletion completion, ConversationRequest request)
    {
        string text = string.Concat(completion.Content.Select(part => part.Text));
        ToolCallPart[] calls = [.. completion.ToolCalls.Select(call => new ToolCallPart(call.Id, call.FunctionName, call.FunctionArguments.ToString()))];
        if (request is { ToolChoice: "required", Tools.Count: > 0 } && text.Length == 0 && calls.Length == 0)
            throw new ConversationException($"LLM returned empty response with no tool calls despite {request.Tools.Count} tools being available");
        string reason = completion.FinishReason switch
        {
            ChatFinishReason.Stop => "stop",
            ChatFinishReason.Length => "length",
            ChatFinishReason.ContentFilter => "content_filter",
            ChatFinishReason.ToolCalls => "tool_calls",
            ChatFinishReason.FunctionCall => "function_call",
            _ => "unknown",
        };
        return new ConversationAnswer([new ConversationChoice(reason, text, calls)], Usage(completion.Usage), model);
    }

    private static ConversationUsage? Usage(ChatTokenUsage? usage) => usage is null ? null : new ConversationUsage(usage.OutputTokenCount, usage.InputTokenCount, usage.TotalTokenCount)
    {
        // Of predictions there are none: nothing here asks for them.
        CompletionDetails = usage.OutputTokenDetails is not { } output ? [] : Counted(("audioTokens", output.AudioTokenCount), ("reasoningTokens", output.ReasoningTokenCount)),
        PromptDetails = usage.InputTokenDetails is not { } input ? [] : Counted(("audioTokens", input.AudioTokenCount), ("cachedTokens", input.CachedTokenCount)),
    };

    private static (string Name, long Tokens)[] Counted(params (string Name, long Tokens)[] counts) => [.. counts.Where(count => count.Tokens > 0)];

    /// <summary>The status and what the server says of it; without an answer, what kept it away.</summary>
    private static string Explain(ClientResultException error)
    {
        if (error.Status == 0) return Components.YamlReading.OneLine(error.Message);
        string reason = $"API returned unexpected status code: {error.Status}";
        try
        {
            using JsonDocument body = JsonDocument.Parse(error.GetRawResponse()?.Content ?? BinaryData.FromString("{}"));
            return body.RootElement.TryGetProperty("error", out JsonElement told) && told.TryGetProperty("message", out JsonElement message)
                ? $"{reason}: {message.GetString()}"
                : reason;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return reason;
        }
    }
}
