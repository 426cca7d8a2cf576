using Gateway.Sidecar.Components;

namespace Gateway.Sidecar.Conversation.OpenAi;

/// <summary>The metadata of <c>conversation.openai</c> (https://docs.dapr.io/reference/components-reference/supported-conversation/openai/).</summary>
internal sealed record OpenAiSettings
{
    /// <summary>The API key.</summary>
    public required string Key { get; init; }

    /// <summary>The model: <c>OPENAI_MODEL</c> of the environment, else the metadata <c>model</c>, else <c>gpt-5-nano</c>.</summary>
    public required string Model { get; init; }

    /// <summary>Another server that speaks OpenAI's API, or null.</summary>
    public Uri? Endpoint { get; init; }

    public static OpenAiSettings Of(ComponentSpec component)
    {
        foreach (string name in (string[])["apiVersion", "cacheTTL", "responseCacheTTL"])
        {
            if (component.Text(name) is not null) throw new ComponentException($"{name} is not supported");
        }

        if (component.Text("apiType") is { } type && !type.Equals("open_ai", StringComparison.OrdinalIgnoreCase))
            throw new ComponentException($"apiType '{type}' is not supported");
        Uri? endpoint = null;
        if (component.Text("endpoint") is { } text && (!Uri.TryCreate(text, UriKind.Absolute, out endpoint) || endpoint.Scheme is not ("http" or "https")))
            throw new ComponentException($"endpoint '{text}' is not an address with http:// or https://");
        return new OpenAiSettings
        {
            Key = component.Text("key") ?? throw new ComponentException("key is missing"),
            Model = Environment.GetEnvironmentVariable("OPENAI_MODEL") is { Length: > 0 } model ? model : component.Text("model") ?? "gpt-5-nano",
            Endpoint = endpoint,
        };
    }
}
