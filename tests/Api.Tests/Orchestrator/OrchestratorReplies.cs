using System.Net;
using System.Text.Json;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Orchestrator;

/// <summary>What answers of the Orchestrator surface must look like.</summary>
internal static class OrchestratorReplies
{
    /// <summary>Asserts an error in the specification's format: exactly its members, and nothing of an exception.</summary>
    public static Reply Fails(this Reply reply, HttpStatusCode status, string error, string code)
    {
        reply.Is(status);
        Assert.StartsWith("application/json", reply.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal(["error", "message", "code", "details", "timestamp", "request_id"], reply.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal((error, code), (reply.Text("error"), reply.Text("code")));
        Assert.NotEqual("", reply.Text("message"));
        Assert.Equal(JsonValueKind.Object, reply.Find("details")!.Value.ValueKind);
        Assert.EndsWith("Z", reply.Text("timestamp"), StringComparison.Ordinal);
        Assert.Matches("^req_[0-9a-z]{26}$", reply.Text("request_id"));
        Assert.Equal(reply.Text("request_id"), reply.Headers["X-Request-Id"]);
        Assert.DoesNotContain("Exception", reply.Body, StringComparison.Ordinal);
        return reply;
    }

    /// <summary>Asserts 422 with exactly these mistakes, in any order, as <c>field:type</c>.</summary>
    public static Reply Rejects(this Reply reply, string code, params string[] mistakes)
    {
        reply.Fails(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR", code);
        var named = reply.Find("details.errors")!.Value.EnumerateArray()
            .Select(error => $"{error.GetProperty("field").GetString()}:{error.GetProperty("type").GetString()}");
        Assert.Equal(mistakes.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        return reply;
    }
}
