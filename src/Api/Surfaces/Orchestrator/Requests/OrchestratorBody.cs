using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Orchestrator.Errors;

namespace Gateway.Api.Surfaces.Orchestrator.Requests;

/// <summary>Reads this surface's requests.</summary>
internal static class OrchestratorBody
{
    /// <summary>Reads the body of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="read">Takes the object's members; what it answers counts only when it noted no mistake.</param>
    /// <returns>What was read, or the answer that says why nothing was.</returns>
    public static async ValueTask<(T? Request, OrchestratorErrorResult? Refused)> ReadAsync<T>(HttpContext context, Func<FieldReader, T> read)
        where T : class
    {
        var (body, fault) = await RequestBody.ReadAsync(context);
        if (fault != BodyFault.None)
        {
            return (null, fault switch
            {
                BodyFault.TooLarge => OrchestratorErrors.Result(OrchestratorErrorCode.BodyTooLarge),
                BodyFault.OtherType => OrchestratorErrors.Result(OrchestratorErrorCode.UnsupportedMediaType),
                _ => OrchestratorErrors.Result(
                    OrchestratorErrorCode.InvalidJson,
                    new Dictionary<string, object?> { ["hint"] = $"One JSON object in UTF-8, at most {RequestBody.MaxDepth} levels deep, with no member twice" }),
            });
        }

        var errors = new List<FieldError>();
        var request = read(new FieldReader(body, errors));
        return errors.Count == 0 ? (request, null) : (null, OrchestratorErrors.Invalid(errors));
    }

    /// <summary>The answer to what was wrong with a query; null: nothing was.</summary>
    public static OrchestratorErrorResult? Refusal(this QueryReader query) => query.Errors.Count == 0 ? null : OrchestratorErrors.Invalid(query.Errors);
}
