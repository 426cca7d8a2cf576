using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gateway.Api.Requests;

namespace Gateway.Api.Surfaces.Gateway.Requests;

/// <summary>Reads this surface's request bodies (<see cref="RequestBody"/>).</summary>
internal static class JsonBody
{
    /// <summary>Reads the body of a request into a <typeparamref name="T"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="read">Takes the object's members; what it answers counts only when it noted no mistake.</param>
    /// <param name="mayBeEmpty">Whether no body at all is the same as <c>{}</c>.</param>
    public static async ValueTask<OrError<T>> ReadAsync<T>(HttpContext context, Func<FieldReader, T> read, bool mayBeEmpty = false)
        where T : class
    {
        var (body, fault) = await RequestBody.ReadAsync(context, mayBeEmpty);
        return fault switch
        {
            BodyFault.None => Read(body, read),
            BodyFault.TooLarge => GatewayErrors.Result(GatewayErrorCode.PayloadTooLarge, $"The request body is larger than {RequestBody.MaxBytes} bytes."),
            BodyFault.OtherType => GatewayErrors.Result(GatewayErrorCode.UnsupportedMediaType),
            _ => GatewayErrors.Result(
                GatewayErrorCode.InvalidRequest,
                $"The body must be one JSON object in UTF-8, at most {RequestBody.MaxDepth} levels deep, with no member twice."),
        };
    }

    /// <summary>Reads the body of a request, does what it asks for, and answers what came of it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="read">As for <see cref="ReadAsync"/>.</param>
    /// <param name="apply">What to do.</param>
    /// <param name="answer">How to write what came of it.</param>
    public static async Task<IResult> AnswerAsync<TRequest, TAnswer>(
        HttpContext context, Func<FieldReader, TRequest> read, Func<TRequest, Task<OrError<TAnswer>>> apply, JsonTypeInfo<TAnswer> answer)
        where TRequest : class
        where TAnswer : class
    {
        var body = await ReadAsync(context, read);
        return body.TryGet(out var request, out var refused) && (await apply(request)).TryGet(out var done, out refused)
            ? Answer.Ok(done, answer)
            : refused;
    }

    /// <summary>Reads an object that came by other ways than a body.</summary>
    public static OrError<T> Read<T>(JsonElement body, Func<FieldReader, T> read)
        where T : class
    {
        var errors = new List<FieldError>();
        var value = read(new FieldReader(body, errors));
        return errors.Count == 0 ? value : GatewayErrors.Invalid(errors);
    }

    /// <summary>The answer to what was wrong with a query; null: nothing was.</summary>
    public static GatewayErrorResult? Refusal(this QueryReader query) => query.Errors.Count == 0 ? null : GatewayErrors.Invalid(query.Errors);
}
