using System.Net;
using Dapr;
using Dapr.Actors;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Actors;

/// <summary>Method calls, from the sidecar's side and all the way round.</summary>
public class ActorMethodTests : ActorTest
{
    [Fact]
    public async Task Typed_Result_IsMemberOfValue()
    {
        using var response = await TypedCallAsync("1", "JoinAsync", """{"value":{"firstName":"a","secondPart":{"label":"b","weight":3}}}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"value":{"retVal":{"label":"ab","weight":3}}}""", await response.Content.ReadAsStringAsync());
        Assert.False(response.Headers.Contains("X-DaprErrorResponseHeader"));
    }

    [Fact]
    public async Task Typed_NoResult_HasNoBody()
    {
        using var response = await TypedCallAsync("1", "ResetAsync", null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("""{"value":{"FIRSTNAME":"a","more":{"x":[1]},"SecondPart":{"label":"b","weight":3}}}""")]
    [InlineData(""" { "value" : { "secondPart":{"label":"b","weight":3}, "firstName":"a" } } """)]
    public async Task Typed_MembersInAnyCaseAndOrder_AreRead(string body)
    {
        using var response = await TypedCallAsync("1", "JoinAsync", body);
        Assert.Equal("""{"value":{"retVal":{"label":"ab","weight":3}}}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"value":null}""")]
    [InlineData("""{"value":{}}""")]
    public async Task Typed_MissingArguments_AreDefaults(string body)
    {
        using var response = await TypedCallAsync("1", "AddAsync", body);
        Assert.Equal("""{"value":{"retVal":0}}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("""{"value":1}""")]
    [InlineData("""{"amount":1}""")]
    [InlineData("""{"value":{"amount":"text"}}""")]
    public async Task Typed_OtherBody_IsAnErrorReplyAndNoTurn(string body)
    {
        using var response = await TypedCallAsync("1", "AddAsync", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.Contains("X-DaprErrorResponseHeader"));
        Assert.Empty(Journal.Lines);
    }

    [Theory]
    [InlineData("/actors/Nobody/1/method/ResetAsync")]
    [InlineData("/actors/Counter/1/method/Whatever")]
    public async Task Typed_BrokenHeaderOrUnknownType_IsAnErrorReply(string path)
    {
        using var response = await App.SendAsync("PUT", path, null, "", ("X-DaprRequestHeader", "<a/>"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.Contains("X-DaprErrorResponseHeader"));
    }

    [Fact]
    public async Task RoundTrip_Calls_ReachTheActor()
    {
        Assert.Equal(2, await Counter("1").AddAsync(2));
        Assert.Equal(5, await Counter("1").AddAsync(3));
        Assert.Equal(7, await Counter("2").AddAsync(7));
        Assert.Equal(5, await Counter("1").ReadAsync());
        Assert.Equal(new Part("xy", 1), await Counter("1").JoinAsync("x", new Part("y", 1)));
        await Counter("1").ResetAsync();
        Assert.Equal(0, await Counter("1").ReadAsync());
    }

    [Fact]
    public async Task RoundTrip_Exception_ComesBackWithTypeAndMessage()
    {
        var exception = await Assert.ThrowsAsync<ActorMethodInvocationException>(() => Counter("1").FailAsync("<boom> ü"));
        var inner = Assert.IsType<ActorInvokeException>(exception.InnerException);
        Assert.Equal(("System.InvalidOperationException", "<boom> ü"), (inner.ActualExceptionType, inner.Message));
        Assert.Contains("Method Name: FailAsync", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RoundTrip_ByName_IsPlainJson()
    {
        var counter = Proxies.Create(new ActorId("1"), "Counter");
        Assert.Equal(4, await counter.InvokeMethodAsync<int, int>("AddAsync", 4));
        Assert.Equal(4, await counter.InvokeMethodAsync<int>("ReadAsync"));
        await counter.InvokeMethodAsync("ResetAsync");
    }

    [Theory]
    [InlineData("/actors/Nobody/1/method/ReadAsync", null)]
    [InlineData("/actors/Counter/1/method/Nothing", null)]
    [InlineData("/actors/Counter/1/method/JoinAsync", "{}")]
    [InlineData("/actors/Counter/1/method/FailAsync", "\"x\"")]
    [InlineData("/actors/Counter/1/method/AddAsync", "\"text\"")]
    [InlineData("/actors/Counter/1/method/AddAsync", "")]
    public async Task ByName_Failure_Is500(string path, string? body) =>
        Assert.Equal((500, string.Empty), await App.CallAsync("PUT", path, body));

    [Fact]
    public async Task ByName_Failure_ReachesTheCallerAsSidecarError()
    {
        var exception = await Assert.ThrowsAsync<DaprApiException>(() =>
            Proxies.Create(new ActorId("1"), "Counter").InvokeMethodAsync("FailAsync", "x"));
        Assert.Equal("ERR_ACTOR_INVOKE_METHOD", exception.ErrorCode);
    }

    [Fact]
    public async Task Typed_CallerGone_CancelsTheMethodsToken()
    {
        var (started, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        Journal.OnTurn = turn =>
        {
            if (turn == "activate") return Task.CompletedTask;
            started.TrySetResult();
            return never.Task;
        };
        using var gone = new CancellationTokenSource();
        var call = Counter("1").AddAsync(1, gone.Token);
        await started.Task.WaitAsync(Eventually.Limit);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.TrueAsync(() => Journal.Lines.Contains("failed AddAsync TaskCanceledException"));
    }

    [Fact]
    public async Task ByName_Result_IsPlainJson()
    {
        Assert.Equal((200, "3"), await App.CallAsync("PUT", "/actors/Counter/1/method/AddAsync", "3"));
        Assert.Equal((200, ""), await App.CallAsync("PUT", "/actors/Counter/1/method/ResetAsync"));
    }
}
