using System.Text.Json.Nodes;
using Gateway.Sidecar.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Gateway.Sidecar.Tests.Conversation;

/// <summary>
/// conversation.openai (https://docs.dapr.io/reference/components-reference/supported-conversation/openai/) with a server that speaks
/// OpenAI's API of chat completions (https://platform.openai.com/docs/api-reference/chat).
/// </summary>
public abstract class OpenAiConformance<TSidecars>(TSidecars sidecars) : IClassFixture<TSidecars>, IAsyncLifetime
    where TSidecars : Sidecars
{
    private const string Asked = """{"inputs":[{"messages":[{"ofUser":{"content":[{"text":"hi"}]}}]}]}""";
    private SidecarCaller sidecar = null!;

    public async ValueTask InitializeAsync()
    {
        (string, string) endpoint = ("endpoint", $"http://127.0.0.1:{sidecars.App.Port}/v1");
        sidecar = (await sidecars.SharedAsync(new SidecarSettings
        {
            Components = TestSidecar.Component("gpt", "conversation.openai", "", ("key", "k3y"), ("model", "some-model"), endpoint)
                + TestSidecar.Component("thinks", "conversation.openai", "", ("key", "k3y"), ("model", "gpt-5-nano"), endpoint)
                + TestSidecar.Component("gone", "conversation.openai", "", ("key", "k3y"), ("endpoint", "http://127.0.0.1:1/v1")),
        })).Caller;
        sidecars.App.Reset();
        Answers("""{"role":"assistant","content":"hello"}""");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Converse_AQuestion_IsAskedAndAnswered()
    {
        Answer answer = await ConverseAsync(Asked);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse("""
                    {"outputs":[{"choices":[{"finishReason":"stop","message":{"content":"hello"}}],"model":"some-model",
                      "usage":{"completionTokens":"5","promptTokens":"7","totalTokens":"12","completionTokensDetails":{"reasoningTokens":"3"},"promptTokensDetails":{"cachedTokens":"2"}}}]}
                    """),
                JsonNode.Parse(answer.Body)),
            answer.Body);
        AppCall call = sidecars.App.Call("/v1/chat/completions");
        Assert.Equal(("POST", "Bearer k3y"), (call.Method, call.Headers["authorization"]));
        JsonNode body = JsonNode.Parse(call.Body)!;
        Assert.Equal("some-model", (string?)body["model"]);
        Assert.Equal("""[{"role":"user","content":"hi"}]""", body["messages"]!.ToJsonString());
    }

    [Fact]
    public async Task Converse_EveryRole_IsSent()
    {
        await ConverseAsync("""
            {"inputs":[{"messages":[{"ofSystem":{"content":[{"text":"sys"}]}},{"ofDeveloper":{"content":[{"text":"dev"}]}},{"ofUser":{"content":[{"text":"a"},{"text":"b"}]}},
              {"ofAssistant":{"content":[],"toolCalls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]}},{"ofTool":{"toolId":"1","name":"f","content":[{"text":"r"}]}}]}]}
            """);
        JsonArray messages = Sent()["messages"]!.AsArray();
        Assert.Equal(["system", "user", "user", "assistant", "tool"], messages.Select(message => (string?)message!["role"]));
        Assert.Equal([("text", "a"), ("text", "b")], messages[2]!["content"]!.AsArray().Select(part => ((string?)part!["type"], (string?)part["text"])));
        Assert.Equal(("1", "f", "{}"), ToolCall(messages[3]!["tool_calls"]![0]!));
        Assert.Equal(("1", "r"), ((string?)messages[4]!["tool_call_id"], (string?)messages[4]!["content"]));
    }

    [Fact]
    public async Task Converse_Tools_AreOfferedAndAskedFor()
    {
        Answers("""{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}""", "tool_calls");
        Answer answer = await ConverseAsync("""
            {"inputs":[{"messages":[{"ofUser":{"content":[{"text":"x"}]}}]}],"tools":[{"function":{"name":"f","description":"d","parameters":{"type":"object"}}}],"toolChoice":"required"}
            """);
        JsonNode choice = JsonNode.Parse(answer.Body)!["outputs"]![0]!["choices"]![0]!;
        Assert.Equal("tool_calls", (string?)choice["finishReason"]);
        Assert.Equal(("c1", "f", """{"x":1}"""), ToolCall(choice["message"]!["toolCalls"]![0]!));
        Assert.Equal("required", (string?)Sent()["tool_choice"]);
        JsonNode function = Sent()["tools"]![0]!["function"]!;
        Assert.Equal(("f", "d", "object"), ((string?)function["name"], (string?)function["description"], (string?)function["parameters"]!["type"]));
    }

    [Theory]
    [InlineData("gpt", 0.5)]
    [InlineData("thinks", null)]
    public async Task Converse_Temperature_IsSentToModelsThatTakeOne(string component, double? sent)
    {
        await ConverseAsync(Asked[..^1] + ",\"temperature\":0.5}", component);
        Assert.Equal(sent, (double?)Sent()["temperature"]);
    }

    [Fact]
    public async Task Converse_ServerThatRefuses_IsToldAndNotAskedAgain()
    {
        sidecars.App.Handler = http =>
        {
            http.Response.StatusCode = 429;
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync("""{"error":{"message":"slow down","type":"t","code":"c"}}""");
        };
        Answer answer = await ConverseAsync(Asked);
        Assert.Equal((500, "ERR_CONVERSATION_INVOKE"), ((int)answer.Status, answer.ErrorCode));
        Assert.StartsWith("failed conversing with component gpt: ", answer.Message, StringComparison.Ordinal);
        Assert.Contains("429", answer.Message, StringComparison.Ordinal);
        Assert.Contains("slow down", answer.Message, StringComparison.Ordinal);
        sidecars.App.Call("/v1/chat/completions");
    }

    [Fact]
    public async Task Converse_NobodyThere_IsAFailure()
    {
        Answer answer = await ConverseAsync(Asked, "gone");
        Assert.Equal((500, "ERR_CONVERSATION_INVOKE"), ((int)answer.Status, answer.ErrorCode));
    }

    private Task<Answer> ConverseAsync(string body, string component = "gpt") =>
        sidecar.PostAsync($"/v1.0-alpha2/conversation/{component}/converse", body, ("content-type", "application/json"));

    private JsonNode Sent() => JsonNode.Parse(sidecars.App.Call("/v1/chat/completions").Body)!;

    private static (string? Id, string? Name, string? Arguments) ToolCall(JsonNode call) =>
        ((string?)call["id"], (string?)call["function"]!["name"], (string?)call["function"]!["arguments"]);

    private void Answers(string message, string reason = "stop") => sidecars.App.Handler = http =>
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync($$"""
            {"id":"x","object":"chat.completion","created":1,"model":"some-model-2026","choices":[{"index":0,"message":{{message}},"finish_reason":"{{reason}}"}],
             "usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":2},"completion_tokens_details":{"reasoning_tokens":3} } }
            """);
    };
}
