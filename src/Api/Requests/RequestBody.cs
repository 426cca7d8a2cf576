using System.Buffers;
using System.Text;
using System.Text.Json;
using Gateway.Api.Json;
using Microsoft.Net.Http.Headers;

namespace Gateway.Api.Requests;

/// <summary>Reads request bodies: one JSON object, UTF-8, bounded in size and depth, without doubled members.</summary>
internal static class RequestBody
{
    /// <summary>The largest body, in bytes: 1 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The deepest nesting of a body.</summary>
    public const int MaxDepth = 64;

    private const int FirstBuffer = 16 * 1024;

    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    /// <summary>Reads the body of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mayBeEmpty">Whether no body at all is the same as <c>{}</c>.</param>
    /// <returns>The object, or why there is none.</returns>
    public static async ValueTask<(JsonElement Body, BodyFault Fault)> ReadAsync(HttpContext context, bool mayBeEmpty = false)
    {
        var request = context.Request;
        if (request.ContentLength > MaxBytes) return (default, BodyFault.TooLarge);
        var untyped = mayBeEmpty && request.ContentType is null;
        if (!untyped && !IsJson(request)) return (default, BodyFault.OtherType);

        // A length that was only announced takes no memory yet.
        var bytes = new ArrayBufferWriter<byte>((int)Math.Min(request.ContentLength + 1 ?? FirstBuffer, FirstBuffer));
        while (true)
        {
            var count = await request.Body.ReadAsync(bytes.GetMemory(1), context.RequestAborted);
            if (count == 0) break;
            bytes.Advance(count);
            if (bytes.WrittenCount > MaxBytes) return (default, BodyFault.TooLarge);
        }

        if (mayBeEmpty && bytes.WrittenCount == 0) return (EmptyObject, BodyFault.None);
        if (untyped) return (default, BodyFault.OtherType);
        return StrictJson.ParseObject(bytes.WrittenMemory, MaxDepth) is { } body ? (body, BodyFault.None) : (default, BodyFault.NotJson);
    }

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Encoding == Encoding.UTF8)
        && !request.Headers.ContainsKey(HeaderNames.ContentEncoding);
}

/// <summary>Why a body cannot be read.</summary>
internal enum BodyFault
{
    /// <summary>It can.</summary>
    None,

    /// <summary>It is larger than <see cref="RequestBody.MaxBytes"/>.</summary>
    TooLarge,

    /// <summary>It is not said to be <c>application/json</c> in UTF-8.</summary>
    OtherType,

    /// <summary>It is not one JSON object, too deep, or has a member twice.</summary>
    NotJson,
}
