using System.Buffers;
using System.Text;
using System.Text.Json;
using Gateway.Api.Json;
using Microsoft.Net.Http.Headers;

namespace Gateway.Api.Surfaces.Gateway.Requests;

/// <summary>Reads request bodies: one JSON object, UTF-8, bounded in size and depth, without doubled members.</summary>
internal static class JsonBody
{
    /// <summary>The largest body, in bytes: 1 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The deepest nesting of a body.</summary>
    public const int MaxDepth = 64;

    private const int FirstBuffer = 16 * 1024;

    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    /// <summary>Reads the body of a request into a <typeparamref name="T"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="read">Takes the object's members; what it answers counts only when it noted no mistake.</param>
    /// <param name="mayBeEmpty">Whether no body at all is the same as <c>{}</c>.</param>
    public static async ValueTask<OrError<T>> ReadAsync<T>(HttpContext context, Func<FieldReader, T> read, bool mayBeEmpty = false)
        where T : class
    {
        var request = context.Request;
        if (request.ContentLength > MaxBytes) return TooLarge();
        var untyped = mayBeEmpty && request.ContentType is null;
        if (!untyped && !IsJson(request)) return GatewayErrors.Result(GatewayErrorCode.UnsupportedMediaType);

        // A length that was only announced takes no memory yet.
        var bytes = new ArrayBufferWriter<byte>((int)Math.Min(request.ContentLength + 1 ?? FirstBuffer, FirstBuffer));
        while (true)
        {
            var count = await request.Body.ReadAsync(bytes.GetMemory(1), context.RequestAborted);
            if (count == 0) break;
            bytes.Advance(count);
            if (bytes.WrittenCount > MaxBytes) return TooLarge();
        }

        if (mayBeEmpty && bytes.WrittenCount == 0) return Read(EmptyObject, read);
        if (untyped) return GatewayErrors.Result(GatewayErrorCode.UnsupportedMediaType);
        return StrictJson.ParseObject(bytes.WrittenMemory, MaxDepth) is { } body
            ? Read(body, read)
            : GatewayErrors.Result(
                GatewayErrorCode.InvalidRequest,
                $"The body must be one JSON object in UTF-8, at most {MaxDepth} levels deep, with no member twice.");
    }

    private static GatewayErrorResult TooLarge() =>
        GatewayErrors.Result(GatewayErrorCode.PayloadTooLarge, $"The request body is larger than {MaxBytes} bytes.");

    /// <summary>Reads an object that came by other ways than a body.</summary>
    public static OrError<T> Read<T>(JsonElement body, Func<FieldReader, T> read)
        where T : class
    {
        var errors = new List<FieldError>();
        var value = read(new FieldReader(body, errors));
        return errors.Count == 0 ? value : GatewayErrors.Invalid(errors);
    }

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Encoding == Encoding.UTF8)
        && !request.Headers.ContainsKey(HeaderNames.ContentEncoding);
}
