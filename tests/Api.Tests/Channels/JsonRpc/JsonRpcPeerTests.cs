using System.Text;
using System.Text.Json;
using Gateway.Api.Channels.JsonRpc;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Api.Tests.Channels.JsonRpc;

public sealed class JsonRpcPeerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider time = new();
    private readonly List<string> sent = [];
    private readonly JsonRpcPeer peer;

    public JsonRpcPeerTests() =>
        peer = new(new Echo(), text => sent.Add(Encoding.UTF8.GetString(text.Span)), time, NullLogger.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Call_AnsweredInTime_GivesTheResult()
    {
        var call = peer.CallAsync("ping-1", "ping", null, Limit, Token);
        Assert.Equal("""{"jsonrpc":"2.0","method":"ping","id":"ping-1"}""", Assert.Single(sent));

        await TakeAsync("""{"jsonrpc":"2.0","result":{"pong":true},"id":"ping-1"}""");

        Assert.True((await call)!.Value.Result.GetProperty("pong").GetBoolean());
        Assert.Equal(0, peer.Waiting);
    }

    [Fact]
    public async Task Call_AnsweredWithAnError_GivesTheError()
    {
        var call = peer.CallAsync("cmd-1", "execute", writer => JsonSerializer.Serialize(writer, new { a = 1 }), Limit, Token);
        Assert.Equal("""{"jsonrpc":"2.0","method":"execute","params":{"a":1},"id":"cmd-1"}""", Assert.Single(sent));

        await TakeAsync("""{"jsonrpc":"2.0","error":{"code":-32000,"message":"no","data":{"details":"busy"}},"id":"cmd-1"}""");

        Assert.Equal(new JsonRpcError(-32000, "no", "busy"), (await call)!.Value.Error);
    }

    [Fact]
    public async Task Call_NotAnsweredInTime_GivesNothing_AndALateAnswerIsPassedOver()
    {
        var call = peer.CallAsync("ping-1", "ping", null, Limit, Token);

        time.Advance(Limit);

        Assert.Null(await call);
        await TakeAsync("""{"jsonrpc":"2.0","result":1,"id":"ping-1"}""");
        Assert.Single(sent);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","result":1,"id":"never-asked"}""")]
    [InlineData("""{"jsonrpc":"2.0","error":{},"id":7}""")]
    [InlineData("""{"jsonrpc":"2.0","result":1,"id":null}""")]
    public async Task Take_AnswerThatNobodyWaitsFor_IsPassedOver(string answer)
    {
        var call = peer.CallAsync("ping-1", "ping", null, Limit, Token);
        await TakeAsync(answer);

        Assert.Single(sent);
        Assert.False(call.IsCompleted);
        time.Advance(Limit);
        await call;
    }

    [Theory]
    [InlineData("""{"method":"echo","id":1}""", "1")]
    [InlineData("""{"jsonrpc":"1.0","method":"echo","id":1}""", "1")]
    [InlineData("""{"jsonrpc":2.0,"method":"echo","id":1}""", "1")]
    [InlineData("""{"jsonrpc":"2.0","method":"echo","params":7,"id":"a"}""", "\"a\"")]
    [InlineData("""{"jsonrpc":"2.0","method":"echo","id":{}}""", "null")]
    [InlineData("""{"jsonrpc":"2.0","method":"echo","id":true}""", "null")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", "1")]
    [InlineData("""{"jsonrpc":"2.0","result":1}""", "null")]
    [InlineData("7", "null")]
    public async Task Take_WhatIsNoRequest_IsRefusedUnderItsIdIfThatIsOne(string text, string id)
    {
        await TakeAsync(text);

        var answer = JsonDocument.Parse(Assert.Single(sent)).RootElement;
        Assert.Equal(-32600, answer.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(id, answer.GetProperty("id").GetRawText());
    }

    [Theory]
    [InlineData(50, 50)]
    [InlineData(51, 0)]
    [InlineData(1_000, 0)]
    public async Task Take_Batch_HoldsAtMostFiftyEntries(int entries, int answered)
    {
        await TakeAsync($"[{string.Join(',', Enumerable.Range(0, entries).Select(i => $$"""{"jsonrpc":"2.0","method":"echo","params":[{{i}}],"id":{{i}}}"""))}]");

        var answer = JsonDocument.Parse(Assert.Single(sent)).RootElement;
        if (answered > 0) Assert.Equal(answered, answer.GetArrayLength());
        else Assert.Equal(-32600, answer.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Take_NullId_IsARequestAndAnsweredAsOne()
    {
        await TakeAsync("""{"jsonrpc":"2.0","method":"echo","params":{"a":"ü"},"id":null}""");
        Assert.Equal("""{"jsonrpc":"2.0","result":{"a":"ü"},"id":null}""", Assert.Single(sent));
    }

    [Fact]
    public async Task Take_MethodThatThrows_IsAnInternalErrorWithoutItsText()
    {
        await TakeAsync("""{"jsonrpc":"2.0","method":"throw","id":1}""");
        Assert.Equal("""{"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"},"id":1}""", Assert.Single(sent));
    }

    [Fact]
    public async Task Take_AnswersAmongCallsOfABatch_ReachTheirCalls()
    {
        var call = peer.CallAsync("ping-1", "ping", null, Limit, Token);
        sent.Clear();

        await TakeAsync("""[{"jsonrpc":"2.0","result":2,"id":"ping-1"},{"jsonrpc":"2.0","method":"echo","params":[1],"id":1}]""");

        Assert.Equal(2, (await call)!.Value.Result.GetInt32());
        Assert.Equal("""[{"jsonrpc":"2.0","result":[1],"id":1}]""", Assert.Single(sent));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"echo","method":"echo","id":1}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"\ud800","id":1}""")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public async Task Take_JsonThatIsNoGoodText_IsAParseError(string text)
    {
        await TakeAsync(text);
        Assert.Equal("""{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}""", Assert.Single(sent));
    }

    private Task TakeAsync(string text) => peer.TakeAsync(JsonRpcPeer.Parse(Encoding.UTF8.GetBytes(text))!.Value, Token);

    /// <summary>Says its parameters back.</summary>
    private sealed class Echo : IJsonRpcMethods
    {
        public Task<JsonRpcOutcome> CallAsync(string method, JsonElement values, CancellationToken cancellationToken) => method == "throw"
            ? throw new InvalidOperationException("A secret of the server.")
            : Task.FromResult(JsonRpcOutcome.Done(values.WriteTo));
    }
}
