using System.Text.Json.Nodes;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Errors;

/// <summary>
/// An error as daprd answers it: <c>{"errorCode","message"[,"details"]}</c>
/// (https://docs.dapr.io/reference/errors/). The texts are daprd's own, fixed or made from what the caller sent.
/// </summary>
internal sealed record DaprError(int Status, string Code, string Message, params JsonObject[] Details)
{
    /// <summary>The answer to every unknown route and wrong verb.</summary>
    public static readonly DaprError UnknownRoute = new(
        404, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id");

    /// <summary>400 <c>ERR_MALFORMED_REQUEST</c>.</summary>
    public static DaprError Malformed(string message) => new(400, "ERR_MALFORMED_REQUEST", message);

    /// <summary>Writes the answer.</summary>
    public Task WriteAsync(HttpContext context)
    {
        var body = new JsonObject { ["errorCode"] = Code, ["message"] = Message };
        if (Details.Length > 0) body["details"] = new JsonArray([.. Details.Select(detail => detail.DeepClone())]);
        context.Response.StatusCode = Status;
        return context.WriteJsonAsync(GoJson.Serialize(body));
    }
}
