using System.Text;
using System.Text.Json;
using Gateway.Api.Channels.JsonRpc;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Api.Tests.Channels.JsonRpc;

/// <summary>The examples of the JSON-RPC 2.0 specification, section 7, as they stand there.</summary>
public sealed class JsonRpcExamplesTests
{
    private const string NoRequest = """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}""";

    [Theory]
    [InlineData("""{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}""", """{"jsonrpc": "2.0", "result": 19, "id": 1}""")]
    [InlineData("""{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}""", """{"jsonrpc": "2.0", "result": -19, "id": 2}""")]
    [InlineData("""{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}""", """{"jsonrpc": "2.0", "result": 19, "id": 3}""")]
    [InlineData("""{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}""", """{"jsonrpc": "2.0", "result": 19, "id": 4}""")]
    [InlineData("""{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}""", null)]
    [InlineData("""{"jsonrpc": "2.0", "method": "foobar"}""", null)]
    [InlineData("""{"jsonrpc": "2.0", "method": "foobar", "id": "1"}""", """{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}""")]
    [InlineData("""{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]""", """{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}""")]
    [InlineData("""{"jsonrpc": "2.0", "method": 1, "params": "bar"}""", NoRequest)]
    [InlineData("""[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]""", """{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}""")]
    [InlineData("[]", NoRequest)]
    [InlineData("[1]", $"[{NoRequest}]")]
    [InlineData("[1,2,3]", $"[{NoRequest},{NoRequest},{NoRequest}]")]
    [InlineData(
        """
        [
          {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
          {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
          {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
          {"foo": "boo"},
          {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
          {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
        ]
        """,
        $$"""
        [
          {"jsonrpc": "2.0", "result": 7, "id": "1"},
          {"jsonrpc": "2.0", "result": 19, "id": "2"},
          {{NoRequest}},
          {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
          {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}
        ]
        """)]
    [InlineData("""[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]""", null)]
    public async Task Example_IsAnsweredAsTheSpecificationHasIt(string sent, string? expected)
    {
        var answers = new List<string>();
        var peer = new JsonRpcPeer(new Examples(), text => answers.Add(Encoding.UTF8.GetString(text.Span)), new ManualTimeProvider(), NullLogger.Instance);

        await peer.TakeAsync(JsonRpcPeer.Parse(Encoding.UTF8.GetBytes(sent))!.Value, TestContext.Current.CancellationToken);

        if (expected is null) Assert.Empty(answers);
        else Assert.Equal(Bare(expected), Bare(Assert.Single(answers)));
    }

    /// <summary>The same JSON without blanks, and without the <c>data</c> that the specification leaves to the server.</summary>
    private static string Bare(string json)
    {
        var text = JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement);
        return System.Text.RegularExpressions.Regex.Replace(text, ""","data":\{[^}]*\}""", "");
    }

    private sealed class Examples : IJsonRpcMethods
    {
        public Task<JsonRpcOutcome> CallAsync(string method, JsonElement values, CancellationToken cancellationToken) => Task.FromResult(method switch
        {
            "subtract" => Number(Of(values, 0, "minuend") - Of(values, 1, "subtrahend")),
            "sum" => Number(values.EnumerateArray().Sum(value => value.GetInt32())),
            "get_data" => JsonRpcOutcome.Done(writer =>
            {
                writer.WriteStartArray();
                writer.WriteStringValue("hello");
                writer.WriteNumberValue(5);
                writer.WriteEndArray();
            }),
            "update" or "notify_hello" or "notify_sum" => JsonRpcOutcome.Done(),
            _ => JsonRpcError.MethodNotFound,
        });

        private static JsonRpcOutcome Number(int value) => JsonRpcOutcome.Done(writer => writer.WriteNumberValue(value));

        private static int Of(JsonElement values, int index, string name) =>
            (values.ValueKind == JsonValueKind.Array ? values[index] : values.GetProperty(name)).GetInt32();
    }
}
