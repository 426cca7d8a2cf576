using System.Text.Json.Nodes;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Conversation;

/// <summary>Both versions of the conversation API by the example of conversation.echo: https://docs.dapr.io/reference/api/conversation_api/.</summary>
public abstract class EchoConformance<TSidecars>(TSidecars sidecars) : IClassFixture<TSidecars>, IAsyncLifetime
    where TSidecars : Sidecars
{
    private SidecarCaller sidecar = null!;

    public async ValueTask InitializeAsync() => sidecar = (await sidecars.SharedAsync(new SidecarSettings
    {
        Components = TestSidecar.Component("echo", "conversation.echo") + TestSidecar.Component("echom", "conversation.echo", "", ("model", "m")),
    })).Caller;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("""[{"messages":[{"ofUser":{"content":[{"text":"hello there"}]}}]}]""", "hello there", 2)]
    [InlineData("""[{"messages":[{"of_user":{"content":[{"text":"x"}]}}]}]""", "x", 1)]
    [InlineData("""[{"messages":[{"ofUser":{"content":[{"text":"a"}]}},{"ofUser":{"content":[{"text":"b"}]}}]}]""", "a\nb", 2)]
    [InlineData("""[{"messages":[{"ofUser":{"content":[{"text":"a"}]}}]},{"messages":[{"ofUser":{"content":[{"text":"b"}]}}]}]""", "a\nb", 2)]
    [InlineData("""[{"messages":[{"ofUser":{"content":[{"text":"a"},{"text":"b"}]}}]}]""", "a\nb", 2)]
    [InlineData("""[{"messages":[{"ofUser":{"content":[{"text":"ü <b>&"}]}}]}]""", "ü <b>&", 2)]
    [InlineData("""[{"messages":[{"ofUser":{"content":[{"text":"mail a@b.com or 4111 1111 1111 1111"}]}}],"scrubPii":true}]""", "mail <EMAIL_ADDRESS> or <CREDIT_CARD>", 4)]
    public async Task Alpha2_UsersMessages_AreEchoedAndCounted(string inputs, string content, int tokens) => Same(
        $$$"""
        {"outputs":[{"choices":[{"finishReason":"stop","message":{"content":{{{JsonValue.Create(content)!.ToJsonString()}}}}}],
          "usage":{"completionTokens":"{{{tokens}}}","promptTokens":"{{{tokens}}}","totalTokens":"{{{tokens * 2}}}"}}]}
        """,
        await ConverseAsync($$"""{"inputs":{{inputs}}}"""));

    [Theory]
    [InlineData("""[{"messages":[{"ofUser":{"content":[{"text":""}]}}]}]""")]
    [InlineData("""[{"messages":[]}]""")]
    [InlineData("""[{"content":"hi","role":"user"}]""")]
    public async Task Alpha2_NothingSaid_IsEchoedAsNothing(string inputs) => Same(
        """{"outputs":[{"choices":[{"finishReason":"stop","message":{}}],"usage":{}}]}""", await ConverseAsync($$"""{"inputs":{{inputs}}}"""));

    [Fact]
    public async Task Alpha2_EveryRole_IsEchoed() => Says(
        "sys\ndev\nusr\nas\nTool Response for tool ID 't1' with name 'f': tr",
        await ConverseAsync("""
            {"inputs":[{"messages":[{"ofSystem":{"content":[{"text":"sys"}]}},{"ofDeveloper":{"name":"d","content":[{"text":"dev"}]}},
              {"ofUser":{"content":[{"text":"usr"}],"name":"bob"}},{"ofAssistant":{"content":[{"text":"as"}]}},
              {"ofTool":{"toolId":"t1","name":"f","content":[{"text":"tr"}]}}]}]}
            """));

    [Fact]
    public async Task Alpha2_AssistantsToolCalls_ComeBack() => Same(
        """
        {"outputs":[{"choices":[{"finishReason":"tool_calls","message":{"content":"x\nTool Response for tool ID '1' with name 'f': r",
          "toolCalls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]}}],"usage":{"completionTokens":"11","promptTokens":"11","totalTokens":"22"}}]}
        """,
        await ConverseAsync("""
            {"inputs":[{"messages":[{"ofUser":{"content":[{"text":"x"}]}},
              {"ofAssistant":{"content":[],"toolCalls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]}},
              {"ofTool":{"toolId":"1","name":"f","content":[{"text":"r"}]}}]}]}
            """));

    [Theory]
    [InlineData("auto", """{"name":"getWeather","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}""", """{"name":"getWeather","arguments":"city"}""")]
    [InlineData("required", """{"name":"f"}""", """{"name":"f"}""")]
    [InlineData("f", """{"name":"f"}""", """{"name":"f"}""")]
    public async Task Alpha2_Tools_AreAskedFor(string choice, string function, string call) => Same(
        $$$"""
        {"outputs":[{"choices":[{"finishReason":"tool_calls","message":{"content":"call it","toolCalls":[{"id":"0","function":{{{call}}}}]}}],
          "usage":{"completionTokens":"2","promptTokens":"2","totalTokens":"4"}}]}
        """,
        await ConverseAsync($$$"""
            {"inputs":[{"messages":[{"ofUser":{"content":[{"text":"call it"}]}}]}],"tools":[{"function":{{{function}}}}],"toolChoice":"{{{choice}}}"}
            """));

    [Fact]
    public async Task Alpha2_ToolChoiceThatIsNoTool_IsRefused() => (await ConverseAsync("""
        {"inputs":[{"messages":[{"ofUser":{"content":[{"text":"x"}]}}]}],"tools":[{"function":{"name":"f"}}],"toolChoice":"g"}
        """)).IsError(
            400, "ERR_CONVERSATION_INVALID_PARMS",
            "failed conversing with component echo: invalid params%!(EXTRA string=tool choice selected was not found. Must be 'auto', 'none', 'required', "
                + "or a specific tool name matching the tools available to be used)");

    [Fact]
    public async Task Alpha2_MessageWithoutARole_IsRefused() => (await ConverseAsync("""{"inputs":[{"messages":[{}]}]}""")).IsError(
        400, "ERR_CONVERSATION_INVALID_PARMS", "failed conversing with component echo: invalid params%!(EXTRA *errors.errorString=message type cannot be nil)");

    [Theory]
    [InlineData(",\"contextId\":\"ctx-1\",\"name\":\"zzz\"", true)]
    [InlineData(",\"context_id\":\"ctx-1\"", true)]
    [InlineData(",\"temperature\":0.5,\"metadata\":{\"k\":\"v\"},\"foo\":1", false)]
    [InlineData(",\"parameters\":{\"max_tokens\":{\"@type\":\"type.googleapis.com/google.protobuf.Int64Value\",\"value\":\"100\"}}", false)]
    [InlineData(",\"responseFormat\":{\"type\":\"object\"},\"promptCacheRetention\":\"86400s\"", false)]
    public async Task Alpha2_OtherFields_AreReadAndOnlyTheContextComesBack(string fields, bool hasContext)
    {
        Answer answer = await ConverseAsync($$$"""{"inputs":[{"messages":[{"ofUser":{"content":[{"text":"x"}]}}]}]{{{fields}}}}""");
        Says("x", answer);
        Assert.Equal(hasContext ? "ctx-1" : null, (string?)JsonNode.Parse(answer.Body)!["contextId"]);
    }

    [Fact]
    public async Task Alpha2_ScrubOfTheAnswer_IsDone() =>
        Says("mail <EMAIL_ADDRESS>", await ConverseAsync("""{"scrubPii":true,"inputs":[{"messages":[{"ofUser":{"content":[{"text":"mail a@b.com"}]}}]}]}"""));

    [Theory]
    [InlineData("""{"inputs":[]}""", "alpha2")]
    [InlineData("{}", "alpha2")]
    [InlineData("", "alpha2")]
    [InlineData("{}", "alpha1")]
    public async Task NoInputs_IsRefused(string body, string version) => (await ConverseAsync(body, version)).IsError(
        400, "ERR_CONVERSATION_MISSING_INPUTS", "failed conversing with component echo: missing inputs in request");

    [Theory]
    [InlineData("""{"inputs":""", "alpha2", "proto: unexpected EOF")]
    [InlineData("{", "alpha1", "proto: unexpected EOF")]
    [InlineData("""{"inputs":[{"messages":[{"ofUser":{"content":[{"text":"x"}]}}]}],"parameters":{"a":1}}""", "alpha2", "proto: syntax error (line 1:84): unexpected token 1")]
    public async Task Body_ThatIsNone_Is400WithTheReason(string body, string version, string reason) =>
        (await ConverseAsync(body, version)).IsError(400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: " + reason);

    [Theory]
    [InlineData("""[{"content":"hello","role":"user"}]""", """[{"result":"hello"}]""")]
    [InlineData("""[{"content":"a"},{"content":"b"}]""", """[{"result":"a\nb"}]""")]
    [InlineData("[{}]", "[{}]")]
    [InlineData("""[{"message":"x"}]""", "[{}]")]
    [InlineData("""[{"content":"mail a@b.com","scrubPII":true}]""", """[{"result":"mail <EMAIL_ADDRESS>"}]""")]
    public async Task Alpha1_Inputs_AreEchoed(string inputs, string outputs) =>
        Same($$"""{"outputs":{{outputs}}}""", await ConverseAsync($$"""{"inputs":{{inputs}}}""", "alpha1"));

    [Fact]
    public async Task Alpha1_ParametersAndContext_ComeBack() => Same(
        """{"contextID":"c","outputs":[{"result":"a","parameters":{"x":{"@type":"type.googleapis.com/google.protobuf.StringValue","value":"m"}}}]}""",
        await ConverseAsync(
            """{"inputs":[{"content":"a"}],"parameters":{"x":{"@type":"type.googleapis.com/google.protobuf.StringValue","value":"m"}},"temperature":0.2,"contextID":"c"}""",
            "alpha1"));

    [Theory]
    [InlineData("alpha1", """{"inputs":[{"content":"a"}]}""")]
    [InlineData("alpha2", """{"inputs":[{"messages":[{"ofUser":{"content":[{"text":"x"}]}}]}]}""")]
    public async Task Component_ThatIsNotThere_IsNotFound(string version, string body) => (await ConverseAsync(body, version, "nope")).IsError(
        400, "ERR_CONVERSATION_NOT_FOUND", "failed finding conversation component nope");

    [Fact]
    public async Task Component_WithAModel_EchoesAllTheSame() =>
        Says("x", await ConverseAsync("""{"inputs":[{"messages":[{"ofUser":{"content":[{"text":"x"}]}}]}]}""", component: "echom"));

    [Theory]
    [InlineData("GET", "/v1.0-alpha2/conversation/echo/converse")]
    [InlineData("PUT", "/v1.0-alpha2/conversation/echo/converse")]
    [InlineData("POST", "/v1.0/conversation/echo/converse")]
    public async Task OtherVerbsAndVersions_AreUnknownRoutes(string method, string path) =>
        (await sidecar.SendAsync(method, path, method == "GET" ? null : "{}")).IsUnknownRoute();

    private Task<Answer> ConverseAsync(string body, string version = "alpha2", string component = "echo") =>
        sidecar.PostAsync($"/v1.0-{version}/conversation/{component}/converse", body.Length == 0 ? null : body, ("content-type", "application/json"));

    private static void Says(string content, Answer answer) =>
        Assert.Equal(content, (string?)JsonNode.Parse(answer.Body)!["outputs"]![0]!["choices"]![0]!["message"]!["content"]);

    // protobuf's JSON has blanks in places of its own choice.
    private static void Same(string expected, Answer answer)
    {
        Assert.Equal("application/json", answer.Headers["Content-Type"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(answer.Body)), answer.Body);
    }
}
