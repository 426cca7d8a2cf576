using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.SystemApi;

/// <summary>
/// Which paths there are, and what the others answer: https://docs.dapr.io/reference/api/,
/// https://docs.dapr.io/reference/api/bindings_api/, https://docs.dapr.io/reference/errors/error-codes/,
/// https://docs.dapr.io/operations/configuration/increase-request-size/.
/// </summary>
public abstract class RouteConformance<TSidecars>(TSidecars sidecars) : IClassFixture<TSidecars>
    where TSidecars : Sidecars
{
    private static readonly SidecarSettings Memory = new() { Components = TestSidecar.Component("mem", "state.in-memory") };

    [Theory]
    [InlineData("GET", "/v1.0/healthz", 204)]
    [InlineData("GET", "/v1.0/healthz/outbound", 204)]
    [InlineData("GET", "/v1.0/healthz?appid=gold", 204)]
    [InlineData("GET", "//v1.0/healthz", 204)]
    [InlineData("GET", "/v1.0//healthz/", 204)]
    [InlineData("GET", "/./v1.0/../v1.0/healthz", 204)]
    [InlineData("POST", "/v1.0/healthz", 404)]
    [InlineData("HEAD", "/v1.0/healthz", 404)]
    [InlineData("GET", "/V1.0/healthz", 404)]
    [InlineData("GET", "/v1.0%2Fhealthz", 404)]
    [InlineData("GET", "/healthz", 404)]
    [InlineData("GET", "/v1.0/healthz/other", 404)]
    [InlineData("GET", "/v1.0/metadata/key", 404)]
    [InlineData("POST", "/v1.0/metadata", 404)]
    [InlineData("GET", "/v1.0/shutdown", 404)]
    [InlineData("OPTIONS", "/v1.0/state/mem", 404)]
    [InlineData("GET", "/v1.0/nope", 404)]
    [InlineData("GET", "/", 404)]
    public async Task Route_AnswersOrIsUnknown(string method, string path, int status)
    {
        Answer answer = await (await sidecars.SharedAsync(Memory)).Caller.SendAsync(method, path);
        Assert.Equal(status, (int)answer.Status);
        if (status == 404 && method != "HEAD") answer.IsUnknownRoute();
    }

    [Theory]
    [InlineData("/v1.0/configuration/x", "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured")]
    [InlineData("/v1.0-alpha1/configuration/x", "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured")]
    [InlineData("/v1.0/state/x/k", "ERR_STATE_STORE_NOT_CONFIGURED", "state store x is not configured")]
    [InlineData("/v1.0/secrets/x/k", "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured")]
    public async Task BuildingBlock_WithoutAComponent_SaysSo(string path, string code, string message) =>
        (await (await sidecars.SharedAsync(new SidecarSettings())).Caller.GetAsync(path)).IsError(500, code, message);

    [Theory]
    [InlineData("POST", """{"operation":"get"}""", 500, "ERR_INVOKE_OUTPUT_BINDING", "error invoking output binding nope: couldn't find output binding nope")]
    [InlineData("PUT", """{"operation":"x"}""", 500, "ERR_INVOKE_OUTPUT_BINDING", "error invoking output binding nope: couldn't find output binding nope")]
    [InlineData("POST", "{}", 500, "ERR_INVOKE_OUTPUT_BINDING", "error invoking output binding nope: operation field is missing from request")]
    [InlineData("POST", """{"operation":""", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: unexpected EOF")]
    [InlineData("POST", "", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: EOF")]
    [InlineData("POST", "[]", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: json: cannot unmarshal array into Go value of type http.OutputBindingRequest")]
    public async Task Binding_ThatIsNotThere_Is500AfterItsBodyIsRead(string method, string body, int status, string code, string message) =>
        (await (await sidecars.SharedAsync(new SidecarSettings())).Caller.SendAsync(method, "/v1.0/bindings/nope", body)).IsError(status, code, message);

    [Fact]
    public async Task Body_PastTheLimit_IsRefused()
    {
        SidecarCaller caller = (await sidecars.SharedAsync(Memory with { MaxBodyKib = 1 })).Caller;
        (await caller.PostAsync("/v1.0/state/mem", Save(900))).IsNoContent();
        (await caller.PostAsync("/v1.0/state/mem", Save(1100))).IsError(400, "ERR_MALFORMED_REQUEST", "stream too large");

        static string Save(int length) => $$"""[{"key":"k","value":"{{new string('x', length)}}"}]""";
    }

    [Fact]
    public async Task Trace_OfTheRequest_IsOnTheAnswer()
    {
        SidecarCaller caller = (await sidecars.SharedAsync(Memory)).Caller;
        Answer answer = await caller.GetAsync(
            "/v1.0/state/mem/k", ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", "x=y"));
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", answer.Headers["traceparent"]);
        Assert.Equal("x=y", answer.Headers["tracestate"]);
        Assert.DoesNotContain("traceparent", (await caller.GetAsync("/v1.0/healthz")).Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }
}
