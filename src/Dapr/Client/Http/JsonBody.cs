using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Dapr.Client;

/// <summary>Builds the JSON body of one request to the sidecar.</summary>
internal sealed class JsonBody : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly ArrayBufferWriter<byte> buffer = new();

    public JsonBody(JsonSerializerOptions options)
    {
        Writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = options.Encoder, SkipValidation = true });
    }

    public Utf8JsonWriter Writer { get; }

    public HttpContent ToContent()
    {
        Writer.Flush();
        return new ReadOnlyMemoryContent(buffer.WrittenMemory) { Headers = { ContentType = Json } };
    }

    public void Dispose() => Writer.Dispose();

    /// <summary>A body that is one value and nothing around it.</summary>
    public static HttpContent Of<TValue>(TValue value, JsonSerializerOptions options) =>
        new ReadOnlyMemoryContent(JsonSerializer.SerializeToUtf8Bytes(value, options)) { Headers = { ContentType = Json } };
}
