using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Sidecar.Hosting;

/// <summary>Reading and writing whole bodies.</summary>
internal static class HttpExchange
{
    /// <summary>The text daprd uses for a body past the limit; each building block puts it into an error of its own.</summary>
    public const string TooLarge = "stream too large";

    /// <summary>The target of the request line as it was sent.</summary>
    public static string RawTarget(this HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <summary>The trace context of the request that is being answered, for calls to the app that it leads to.</summary>
    public static TraceContext Trace(this HttpContext context) => context.Features.Get<RequestTrace>()?.Value ?? TraceContext.None;

    /// <summary>Keeps the trace context of the request.</summary>
    public static void SetTrace(this HttpContext context, TraceContext trace) => context.Features.Set(new RequestTrace(trace));

    /// <summary>The request body, or null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadBodyAsync(this HttpContext context, long limit)
    {
        if (context.Request.ContentLength > limit) return null;
        var body = new ArrayBufferWriter<byte>((int)(context.Request.ContentLength ?? 0) + 1);
        while (true)
        {
            int read = await context.Request.Body.ReadAsync(body.GetMemory(1), context.RequestAborted);
            if (read == 0) return body.WrittenMemory;
            body.Advance(read);
            if (body.WrittenCount > limit) return null;
        }
    }

    /// <summary>Writes a JSON body with the status that is set.</summary>
    public static Task WriteJsonAsync(this HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        // The answer to HEAD has the headers of a body and no body.
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    /// <summary>204, the answer of every call that has nothing to say.</summary>
    public static Task NoContentAsync(this HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>The <c>metadata.*</c> parameters of the query, without their prefix; null when there is none.</summary>
    public static Dictionary<string, string>? QueryMetadata(this HttpContext context)
    {
        if (!context.Request.QueryString.HasValue) return null;
        Dictionary<string, string>? metadata = null;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues value) in context.Request.Query)
        {
            if (name.StartsWith("metadata.", StringComparison.Ordinal))
                (metadata ??= new Dictionary<string, string>(StringComparer.Ordinal))[name["metadata.".Length..]] = value[0] ?? "";
        }

        return metadata;
    }

    private sealed record RequestTrace(TraceContext Value);
}
