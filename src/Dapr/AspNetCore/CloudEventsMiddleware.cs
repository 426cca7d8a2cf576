using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Dapr;

/// <summary>Replaces a structured CloudEvent by its data (CloudEvents 1.0, JSON event format).</summary>
internal sealed class CloudEventsMiddleware(RequestDelegate next, CloudEventsMiddlewareOptions options)
{
    private const string CloudEvent = "application/cloudevents+json";
    private const string Json = "application/json";

    public Task InvokeAsync(HttpContext context)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals(CloudEvent, StringComparison.OrdinalIgnoreCase))
            return next(context);
        return UnwrapAsync(context, type.Encoding ?? Encoding.UTF8);
    }

    private async Task UnwrapAsync(HttpContext context, Encoding encoding)
    {
        var request = context.Request;
        using var unwrapped = await ReadAsync(context, encoding);
        if (unwrapped is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var (body, contentType, contentLength) = (request.Body, request.ContentType, request.ContentLength);
        try
        {
            (request.Body, request.ContentType, request.ContentLength) = (unwrapped.Body, unwrapped.ContentType, unwrapped.Body.Length);
            await next(context);
        }
        finally
        {
            (request.Body, request.ContentType, request.ContentLength) = (body, contentType, contentLength);
        }
    }

    /// <summary>Null for what is no CloudEvent, or one with both kinds of data.</summary>
    private async Task<Unwrapped?> ReadAsync(HttpContext context, Encoding encoding)
    {
        try
        {
            await using var text = Encoding.CreateTranscodingStream(context.Request.Body, encoding, Encoding.UTF8, leaveOpen: true);
            using var document = await JsonDocument.ParseAsync(text, cancellationToken: context.RequestAborted);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Unwrap(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Unwrapped? Unwrap(JsonElement cloudEvent)
    {
        var data = Member(cloudEvent, "data");
        var base64 = Member(cloudEvent, "data_base64");
        var type = Member(cloudEvent, "datacontenttype");
        var contentType = ContentType(type is { ValueKind: JsonValueKind.String } ? type.Value.GetString() : null, out var isJson);
        if (base64 is { } encoded)
        {
            return data is null && encoded.ValueKind == JsonValueKind.String && encoded.TryGetBytesFromBase64(out var bytes)
                ? new Unwrapped(bytes, contentType)
                : null;
        }

        if (data is not { } value) return new Unwrapped([], null);
        var isText = value.ValueKind == JsonValueKind.String && !isJson && !options.SuppressJsonDecodingOfTextPayloads;
        return new Unwrapped(isText ? Encoding.UTF8.GetBytes(value.GetString()!) : JsonSerializer.SerializeToUtf8Bytes(value), contentType);
    }

    /// <summary>The data's type without its charset: the body is UTF-8 whatever it was.</summary>
    private static string ContentType(string? text, out bool isJson)
    {
        isJson = true;
        if (!MediaTypeHeaderValue.TryParse(text, out var type)) return Json;
        isJson = type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);
        if (!type.Charset.HasValue) return text!;
        type.Charset = default;
        return type.ToString();
    }

    private static JsonElement? Member(JsonElement element, string name)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return member.Value;
        }

        return null;
    }

    private sealed class Unwrapped(byte[] body, string? contentType) : IDisposable
    {
        public MemoryStream Body { get; } = new(body, writable: false);

        public string? ContentType => contentType;

        public void Dispose() => Body.Dispose();
    }
}
