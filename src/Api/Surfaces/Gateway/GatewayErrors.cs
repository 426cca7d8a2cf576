using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Api.Requests;
using Microsoft.Net.Http.Headers;

namespace Gateway.Api.Surfaces.Gateway;

/// <summary>
/// The Gateway surface's error answers: <c>{"error":{"code","message","details"}}</c> (gateway-api.md, "Error Response
/// Format"). <c>details</c> is always an object, empty when there is nothing to add.
/// </summary>
internal static class GatewayErrors
{
    private static readonly IReadOnlyDictionary<string, object?> NoDetails = new Dictionary<string, object?>();

    /// <summary>The code's name on the wire, for example <c>NOT_FOUND</c>.</summary>
    public static string NameOf(GatewayErrorCode code) => Map(code).Name;

    /// <summary>The code's HTTP status, 400 to 503.</summary>
    public static int StatusOf(GatewayErrorCode code) => Map(code).Status;

    /// <summary>
    /// An endpoint's error answer. It may stand in a handler's signature: <c>Results&lt;Ok&lt;T&gt;, GatewayErrorResult&gt;</c>.
    /// </summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="message">A sentence for people, never an exception's text; absent: the code's own.</param>
    /// <param name="details">More, by field name; values must be JSON scalars or plain objects.</param>
    /// <param name="retryAfter">Sent as <c>Retry-After</c> in whole seconds, rounded up, at least 1.</param>
    public static GatewayErrorResult Result(
        GatewayErrorCode code,
        string? message = null,
        IReadOnlyDictionary<string, object?>? details = null,
        TimeSpan? retryAfter = null) => new(code, message ?? Map(code).Message, details ?? NoDetails, retryAfter);

    /// <summary>400 INVALID_REQUEST for offending fields: <c>details: {field, errors: [{field, message}]}</c>, where <c>field</c> is the first one.</summary>
    public static GatewayErrorResult Invalid(IReadOnlyList<FieldError> errors) => Result(
        GatewayErrorCode.InvalidRequest,
        errors.Count == 1 ? $"{errors[0].Field} {errors[0].Message}." : $"{errors.Count} fields are invalid.",
        new Dictionary<string, object?> { ["field"] = errors[0].Field, ["errors"] = errors });

    /// <summary>400 INVALID_REQUEST for one offending field; <paramref name="problem"/> reads on from its name: "must be a string".</summary>
    public static GatewayErrorResult InvalidField(string field, string problem) => Invalid([new FieldError(field, problem)]);

    /// <summary>409 CONFLICT with <c>details: {status}</c>: the state that excludes the request.</summary>
    public static GatewayErrorResult ConflictOf(string message, string status) =>
        Result(GatewayErrorCode.Conflict, message, new Dictionary<string, object?> { ["status"] = status });

    /// <summary>Writes the same answer from a middleware or an authentication handler. The response must not have started.</summary>
    public static Task WriteAsync(
        HttpContext context,
        GatewayErrorCode code,
        string? message = null,
        IReadOnlyDictionary<string, object?>? details = null,
        TimeSpan? retryAfter = null) => Result(code, message, details, retryAfter).ExecuteAsync(context);

    private static (string Name, int Status, string Message) Map(GatewayErrorCode code) => code switch
    {
        GatewayErrorCode.InvalidRequest => ("INVALID_REQUEST", 400, "The request is invalid."),
        GatewayErrorCode.Unauthorized => ("UNAUTHORIZED", 401, "Authentication is required."),
        GatewayErrorCode.Forbidden => ("FORBIDDEN", 403, "This is not allowed."),
        GatewayErrorCode.NotFound => ("NOT_FOUND", 404, "There is no such thing."),
        GatewayErrorCode.MethodNotAllowed => ("METHOD_NOT_ALLOWED", 405, "This path does not know this method."),
        GatewayErrorCode.Conflict => ("CONFLICT", 409, "The request conflicts with the current state."),
        GatewayErrorCode.PayloadChanged => ("PAYLOAD_CHANGED", 409, "What was shown is not what would run."),
        GatewayErrorCode.PayloadTooLarge => ("PAYLOAD_TOO_LARGE", 413, "The request body is too large."),
        GatewayErrorCode.UnsupportedMediaType => ("UNSUPPORTED_MEDIA_TYPE", 415, "The request body must be application/json."),
        GatewayErrorCode.RateLimited => ("RATE_LIMITED", 429, "Too many requests."),
        GatewayErrorCode.InternalError => ("INTERNAL_ERROR", 500, "Something went wrong."),
        GatewayErrorCode.QueueFull => ("QUEUE_FULL", 503, "The queue holds as many commands as it may."),
        GatewayErrorCode.ServiceUnavailable => ("SERVICE_UNAVAILABLE", 503, "The service is temporarily unavailable."),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "This code has no entry in GatewayErrors."),
    };
}

/// <summary>One error answer of the Gateway surface; made by <see cref="GatewayErrors"/>.</summary>
internal sealed class GatewayErrorResult(
    GatewayErrorCode code,
    string message,
    IReadOnlyDictionary<string, object?> details,
    TimeSpan? retryAfter) : IResult, IStatusCodeHttpResult
{
    // Quotes in a message stay readable: the answer is application/json and never stands inside a page.
    private static readonly JsonSerializerOptions Options =
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What went wrong.</summary>
    public GatewayErrorCode Code => code;

    /// <summary>It in words.</summary>
    public string Message => message;

    /// <inheritdoc />
    public int? StatusCode => GatewayErrors.StatusOf(code);

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = GatewayErrors.StatusOf(code);
        if (retryAfter is { } wait)
        {
            response.Headers[HeaderNames.RetryAfter] =
                Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return response.WriteAsJsonAsync(
            new Body(new Error(GatewayErrors.NameOf(code), message, details)),
            Options,
            httpContext.RequestAborted);
    }

    /// <summary>Writes <c>{code, message, details}</c>, for answers that are no responses; <c>details.retryAfterMs</c> says when to try again.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        var all = retryAfter is { } wait
            ? new Dictionary<string, object?>(details) { ["retryAfterMs"] = (long)Math.Ceiling(wait.TotalMilliseconds) }
            : details;
        JsonSerializer.Serialize(writer, new Error(GatewayErrors.NameOf(code), message, all), Options);
    }

    private sealed record Body(Error Error);

    private sealed record Error(string Code, string Message, IReadOnlyDictionary<string, object?> Details);
}
