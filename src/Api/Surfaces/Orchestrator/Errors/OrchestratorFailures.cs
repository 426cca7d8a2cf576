using Gateway.Queue;
using Gateway.Storage;

namespace Gateway.Api.Surfaces.Orchestrator.Errors;

/// <summary>
/// Around everything of this surface, its socket until it is open: each request gets its id, and whatever goes wrong below, a client gets the surface's
/// error format and never an exception's text.
/// </summary>
internal sealed class OrchestratorFailures(RequestDelegate next, ILogger<OrchestratorFailures> logger)
{
    /// <summary>When a client may try again after 503.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private static readonly PathString[] Roots = ["/api/nodes", "/api/devices", "/api/emergency", "/ws/node"];

    /// <summary>Runs the rest of the pipeline.</summary>
    public Task InvokeAsync(HttpContext context) =>
        Array.Exists(Roots, root => context.Request.Path.StartsWithSegments(root)) ? GuardAsync(context) : next(context);

    private async Task GuardAsync(HttpContext context)
    {
        var id = RequestIds.Of(context);
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["RequestId"] = id });
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[RequestIds.Header] = id;
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
            if (Bare(context) is { } code) await OrchestratorErrors.Result(code).ExecuteAsync(context);
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
    private OrchestratorErrorResult Explain(HttpContext context, Exception problem)
    {
        switch (problem)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return OrchestratorErrors.Result(OrchestratorErrorCode.BodyTooLarge);
            case BadHttpRequestException:
                return OrchestratorErrors.Result(OrchestratorErrorCode.BadRequest);
            case QueueUnavailableException or StorageUnavailableException:
                OrchestratorLog.Unavailable(logger, problem, context.Request.Method, context.Request.Path, RequestIds.Of(context));
                return OrchestratorErrors.Result(OrchestratorErrorCode.ServiceUnavailable, retryAfter: RetryAfter);
            default:
                OrchestratorLog.Unexpected(logger, problem, context.Request.Method, context.Request.Path, RequestIds.Of(context));
                return OrchestratorErrors.Result(OrchestratorErrorCode.InternalError);
        }
    }

    /// <summary>What routing and the server say by a status alone; null: there is an answer already.</summary>
    private static OrchestratorErrorCode? Bare(HttpContext context)
    {
        var response = context.Response;
        if (response.HasStarted || response.ContentLength is not null || response.ContentType is not null) return null;
        return response.StatusCode switch
        {
            StatusCodes.Status404NotFound => OrchestratorErrorCode.PathNotFound,
            StatusCodes.Status405MethodNotAllowed => OrchestratorErrorCode.MethodNotAllowed,
            StatusCodes.Status413PayloadTooLarge => OrchestratorErrorCode.BodyTooLarge,
            StatusCodes.Status415UnsupportedMediaType => OrchestratorErrorCode.UnsupportedMediaType,
            _ => null,
        };
    }
}
