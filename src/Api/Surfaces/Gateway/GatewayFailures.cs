using Gateway.Api.Surfaces.Gateway.Channels;
using Gateway.Queue;
using Gateway.Storage;

namespace Gateway.Api.Surfaces.Gateway;

/// <summary>
/// Around everything under <c>/api/v1</c>, and around its sockets until they are open: whatever goes wrong below, a client gets the surface's error format and never an
/// exception's text. It stands outside authentication, whose stores may fail too.
/// </summary>
internal sealed class GatewayFailures(RequestDelegate next, ILogger<GatewayFailures> logger)
{
    /// <summary>Where the surface lives.</summary>
    public static readonly PathString Root = "/api/v1";

    /// <summary>When a client may try again after 503.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <summary>Runs the rest of the pipeline.</summary>
    public Task InvokeAsync(HttpContext context) =>
        context.Request.Path.StartsWithSegments(Root) || GatewaySockets.IsOne(context.Request.Path) ? GuardAsync(context) : next(context);

    private async Task GuardAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (Bare(context) is { } answer) await answer.ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: nobody reads an answer.
        }
        catch (Exception problem) when (!context.Response.HasStarted)
        {
            await Explain(context, problem).ExecuteAsync(context);
        }
    }

    /// <summary>The answer to an exception, which is logged where it is not the client's doing.</summary>
    private GatewayErrorResult Explain(HttpContext context, Exception problem)
    {
        switch (problem)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return GatewayErrors.Result(GatewayErrorCode.PayloadTooLarge);
            case BadHttpRequestException:
                return GatewayErrors.Result(GatewayErrorCode.InvalidRequest, "The request could not be read.");
            case QueueUnavailableException or StorageUnavailableException:
                GatewayLog.Unavailable(logger, problem, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return GatewayErrors.Result(GatewayErrorCode.ServiceUnavailable, retryAfter: RetryAfter);
            default:
                GatewayLog.Unexpected(logger, problem, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return GatewayErrors.Result(
                    GatewayErrorCode.InternalError, details: new Dictionary<string, object?> { ["requestId"] = context.TraceIdentifier });
        }
    }

    /// <summary>What routing and the server say by a status alone, in the surface's format; null: there is an answer already.</summary>
    private static GatewayErrorResult? Bare(HttpContext context)
    {
        var response = context.Response;
        if (response.HasStarted || response.ContentLength is not null || response.ContentType is not null) return null;
        return response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized => GatewayErrors.Result(GatewayErrorCode.Unauthorized),
            StatusCodes.Status403Forbidden => GatewayErrors.Result(GatewayErrorCode.Forbidden),
            StatusCodes.Status404NotFound => GatewayErrors.Result(GatewayErrorCode.NotFound),
            StatusCodes.Status405MethodNotAllowed => GatewayErrors.Result(GatewayErrorCode.MethodNotAllowed),
            StatusCodes.Status413PayloadTooLarge => GatewayErrors.Result(GatewayErrorCode.PayloadTooLarge),
            StatusCodes.Status415UnsupportedMediaType => GatewayErrors.Result(GatewayErrorCode.UnsupportedMediaType),
            _ => null,
        };
    }
}
