namespace Gateway.Sidecar.Conversation;

/// <summary>A language model (https://docs.dapr.io/developing-applications/building-blocks/conversation/conversation-overview/). Thread-safe.</summary>
internal interface IConversation
{
    /// <summary>What the model says.</summary>
    /// <exception cref="ConversationException">It could not be asked, or would not answer.</exception>
    Task<ConversationAnswer> ConverseAsync(ConversationRequest request, CancellationToken cancellationToken);
}

/// <summary>Why a model did not answer, in words for the caller.</summary>
internal sealed class ConversationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Whose words a message are.</summary>
internal enum ConversationRole
{
    /// <summary>The person's; those of a developer too.</summary>
    User,

    /// <summary>What the model is told to be.</summary>
    System,

    /// <summary>The model's own.</summary>
    Assistant,

    /// <summary>What a tool answered.</summary>
    Tool,

    /// <summary>What a function answered; only the first version of the API has it.</summary>
    Function,
}

/// <summary>A part of a message.</summary>
internal abstract record ConversationPart;

/// <summary>Words.</summary>
internal sealed record TextPart(string Text) : ConversationPart;

/// <summary>The model's wish to have a tool called.</summary>
/// <param name="Id">Tells it from other calls; may be empty.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">Usually JSON.</param>
internal sealed record ToolCallPart(string Id, string Name, string Arguments) : ConversationPart;

/// <summary>What a tool answered.</summary>
internal sealed record ToolAnswerPart(string Id, string Name, string Text) : ConversationPart;

/// <summary>One message of a conversation.</summary>
internal sealed record ConversationMessage(ConversationRole Role, IReadOnlyList<ConversationPart> Parts);

/// <summary>A tool that the model may want called.</summary>
/// <param name="Name">Of the function.</param>
/// <param name="Description">What it does; may be empty.</param>
/// <param name="Parameters">The JSON schema of its arguments, or null.</param>
internal sealed record ConversationTool(string Name, string Description, System.Text.Json.JsonElement? Parameters);

/// <summary>What is asked.</summary>
internal sealed record ConversationRequest
{
    /// <summary>The conversation so far, in order.</summary>
    public required IReadOnlyList<ConversationMessage> Messages { get; init; }

    public IReadOnlyList<ConversationTool> Tools { get; init; } = [];

    /// <summary><c>auto</c>, <c>none</c>, <c>required</c> or the name of a tool; null leaves it to the model.</summary>
    public string? ToolChoice { get; init; }

    /// <summary>0 is the model's own.</summary>
    public double Temperature { get; init; }

    /// <summary>For the model's provider.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The JSON schema that the answer must fit, or null.</summary>
    public string? ResponseSchema { get; init; }
}

/// <summary>What a model answered; null for a model that does not tell.</summary>
internal sealed record ConversationAnswer(IReadOnlyList<ConversationChoice> Choices, ConversationUsage? Usage, string? Model = null);

/// <summary>One answer of several.</summary>
/// <param name="FinishReason"><c>stop</c>, <c>length</c>, <c>tool_calls</c>, <c>content_filter</c>.</param>
/// <param name="Text">Empty when there are only tool calls.</param>
/// <param name="ToolCalls">What is to be called.</param>
internal sealed record ConversationChoice(string FinishReason, string Text, IReadOnlyList<ToolCallPart> ToolCalls);

/// <summary>What an answer cost, in tokens.</summary>
internal sealed record ConversationUsage(long Completion, long Prompt, long Total)
{
    /// <summary>Of those of the answer; in protobuf's names, without zeros.</summary>
    public IReadOnlyList<(string Name, long Tokens)> CompletionDetails { get; init; } = [];

    /// <summary>Of those of the question; in protobuf's names, without zeros.</summary>
    public IReadOnlyList<(string Name, long Tokens)> PromptDetails { get; init; } = [];
}
