using System.Text.Json;

namespace Gateway.Api.Channels.Customers;

/// <summary>
/// A message for any number of customers, written once for all of them: <c>{type, data}</c> over a raw socket; over SignalR the client method
/// <c>type</c> with the argument <c>data</c>. Thread-safe.
/// </summary>
/// <param name="type">What it is.</param>
/// <param name="text">All of it, in UTF-8; it must not change any more.</param>
internal sealed class CustomerMessage(string type, ReadOnlyMemory<byte> text)
{
    private readonly Lazy<JsonElement> data = new(() => JsonElement.Parse(text.Span).GetProperty("data"));

    /// <summary>What it is.</summary>
    public string Type => type;

    /// <summary>All of it, in UTF-8.</summary>
    public ReadOnlyMemory<byte> Text => text;

    /// <summary>The data alone.</summary>
    public JsonElement Data => data.Value;
}
