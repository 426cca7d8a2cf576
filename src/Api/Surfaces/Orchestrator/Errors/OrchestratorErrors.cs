using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Api.RateLimits;
using Gateway.Api.Requests;
using Gateway.Api.Wire;
using Microsoft.Net.Http.Headers;

namespace Gateway.Api.Surfaces.Orchestrator.Errors;

/// <summary>
/// The Orchestrator surface's error answers: <c>{error, message, code, details, timestamp, request_id}</c> (orchestrator-api.md, "Error response
/// format"). <c>details</c> is always an object, empty when there is nothing to add.
/// </summary>
internal static class OrchestratorErrors
{
    private static readonly IReadOnlyDictionary<string, object?> NoDetails = new Dictionary<string, object?>();

    /// <summary>The code on the wire, for example <c>RES_001</c>.</summary>
    public static string CodeOf(OrchestratorErrorCode code) => Map(code).Code;

    /// <summary>The code's HTTP status, 400 to 503.</summary>
    public static int StatusOf(OrchestratorErrorCode code) => Map(code).Status;

    /// <summary>The code's type on the wire, for example <c>NOT_FOUND</c>.</summary>
    public static string TypeOf(OrchestratorErrorCode code) => Map(code).Type;

    /// <summary>An endpoint's error answer.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="details">More, by field name; values must be JSON scalars, lists or plain objects.</param>
    /// <param name="message">A sentence for people, never an exception's text; absent: the code's own.</param>
    /// <param name="retryAfter">Sent as <c>Retry-After</c> in whole seconds, rounded up, at least 1.</param>
    public static OrchestratorErrorResult Result(
        OrchestratorErrorCode code, IReadOnlyDictionary<string, object?>? details = null, string? message = null, TimeSpan? retryAfter = null) =>
        new(code, message ?? Map(code).Message, details ?? NoDetails, retryAfter);

    /// <summary>422 with everything that is wrong: <c>details.errors</c>, each <c>{field, message, type}</c>; the code is the first one's.</summary>
    public static OrchestratorErrorResult Invalid(IReadOnlyList<FieldError> errors) => Result(
        errors[0].Problem switch
        {
            FieldProblem.Missing => OrchestratorErrorCode.MissingField,
            FieldProblem.Type => OrchestratorErrorCode.InvalidType,
            _ => OrchestratorErrorCode.OutOfRange,
        },
        new Dictionary<string, object?>
        {
            ["errors"] = errors.Select(error => new Dictionary<string, string>
            {
                ["field"] = error.Field,
                ["message"] = error.Problem == FieldProblem.Missing ? "Field is required" : Sentence(error.Message),
                ["type"] = error.Problem switch { FieldProblem.Missing => "missing", FieldProblem.Type => "type", _ => "invalid" },
            }).ToList(),
        },
        "Request validation failed");

    /// <summary>429 with <c>details: {limit, window, retry_after}</c>.</summary>
    public static OrchestratorErrorResult TooMany(RateLimitStatus status)
    {
        var window = status.Window < TimeSpan.FromMinutes(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{status.Window.TotalSeconds:0}s")
            : string.Create(CultureInfo.InvariantCulture, $"{status.Window.TotalMinutes:0}m");
        return Result(
            OrchestratorErrorCode.RateLimited,
            new Dictionary<string, object?> { ["limit"] = status.Limit, ["window"] = window, ["retry_after"] = Seconds(status.RetryAfter) },
            retryAfter: status.RetryAfter);
    }

    /// <summary>A wait in whole seconds, at least 1.</summary>
    public static long Seconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));

    /// <summary>"must be a string" as "Must be a string".</summary>
    private static string Sentence(string message) => char.ToUpperInvariant(message[0]) + message[1..];

    internal static (string Code, string Type, int Status, string Message) Map(OrchestratorErrorCode code) => code switch
    {
        OrchestratorErrorCode.InvalidToken => ("AUTH_001", "UNAUTHORIZED", 401, "Invalid or expired token"),
        OrchestratorErrorCode.InvalidNodeToken => ("AUTH_002", "UNAUTHORIZED", 401, "Invalid node token"),
        OrchestratorErrorCode.TokenMissing => ("AUTH_003", "UNAUTHORIZED", 401, "Token missing"),
        OrchestratorErrorCode.TokenFormat => ("AUTH_004", "UNAUTHORIZED", 401, "Token format invalid"),
        OrchestratorErrorCode.NodeNotFound => ("RES_001", "NOT_FOUND", 404, "Node not found"),
        OrchestratorErrorCode.DeviceNotFound => ("RES_002", "NOT_FOUND", 404, "Device not found"),
        OrchestratorErrorCode.TaskNotFound => ("RES_003", "NOT_FOUND", 404, "Task not found"),
        OrchestratorErrorCode.AlreadyExists => ("RES_004", "CONFLICT", 409, "Resource already exists"),
        OrchestratorErrorCode.EmergencyNotFound => ("RES_005", "NOT_FOUND", 404, "Emergency action not found"),
        OrchestratorErrorCode.InvalidJson => ("VAL_001", "BAD_REQUEST", 400, "Invalid JSON format"),
        OrchestratorErrorCode.MissingField => ("VAL_002", "VALIDATION_ERROR", 422, "Missing required field"),
        OrchestratorErrorCode.InvalidType => ("VAL_003", "VALIDATION_ERROR", 422, "Invalid field type"),
        OrchestratorErrorCode.OutOfRange => ("VAL_004", "VALIDATION_ERROR", 422, "Value out of range"),
        OrchestratorErrorCode.NodeOffline => ("BIZ_001", "SERVICE_UNAVAILABLE", 503, "Node offline"),
        OrchestratorErrorCode.DeviceBusy => ("BIZ_002", "CONFLICT", 409, "Device busy"),
        OrchestratorErrorCode.QueueFull => ("BIZ_003", "SERVICE_UNAVAILABLE", 503, "Task queue full"),
        OrchestratorErrorCode.NotAllowed => ("BIZ_004", "FORBIDDEN", 403, "Operation not allowed"),
        OrchestratorErrorCode.TaskEnded => ("BIZ_005", "CONFLICT", 409, "The task has ended"),
        OrchestratorErrorCode.RateLimited => ("RATE_001", "RATE_LIMITED", 429, "Too many requests"),
        OrchestratorErrorCode.PathNotFound => ("REQ_001", "NOT_FOUND", 404, "No such path"),
        OrchestratorErrorCode.MethodNotAllowed => ("REQ_002", "BAD_REQUEST", 405, "The path does not take this method"),
        OrchestratorErrorCode.BodyTooLarge => ("REQ_003", "BAD_REQUEST", 413, "The request body is larger than 1 MiB"),
        OrchestratorErrorCode.UnsupportedMediaType => ("REQ_004", "BAD_REQUEST", 415, "The body must be application/json in UTF-8"),
        OrchestratorErrorCode.BadRequest => ("REQ_005", "BAD_REQUEST", 400, "The request could not be read"),
        OrchestratorErrorCode.ServiceUnavailable => ("SRV_002", "SERVICE_UNAVAILABLE", 503, "Temporarily unavailable"),
        _ => ("SRV_001", "INTERNAL_ERROR", 500, "Internal server error"),
    };
}

/// <summary>An error as an answer.</summary>
/// <param name="code">What went wrong.</param>
/// <param name="message">In words.</param>
/// <param name="details">More.</param>
/// <param name="retryAfter">When to try again; null: not said.</param>
internal sealed class OrchestratorErrorResult(
    OrchestratorErrorCode code, string message, IReadOnlyDictionary<string, object?> details, TimeSpan? retryAfter) : IResult
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What went wrong.</summary>
    public OrchestratorErrorCode Code => code;

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var (name, type, status, _) = OrchestratorErrors.Map(code);
        var response = httpContext.Response;
        response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized) response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        if (retryAfter is { } wait) response.Headers[HeaderNames.RetryAfter] = OrchestratorErrors.Seconds(wait).ToString(CultureInfo.InvariantCulture);
        var body = new Dictionary<string, object?>
        {
            ["error"] = type,
            ["message"] = message,
            ["code"] = name,
            ["details"] = details,
            ["timestamp"] = WireTime.Text(httpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()),
            ["request_id"] = RequestIds.Of(httpContext),
        };
        return response.WriteAsJsonAsync(body, Options, httpContext.RequestAborted);
    }
}
