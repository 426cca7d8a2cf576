using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Dapr;
using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Communication;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Actors;

/// <summary>What proxies put on the wire.</summary>
public class ActorProxyTests : SidecarTest
{
    private ActorProxyOptions Options => new() { HttpEndpoint = Sidecar.Endpoint, DaprApiToken = string.Empty, UseJsonSerialization = true };

    private ICounterActor Counter => ActorProxy.Create<ICounterActor>(new ActorId("7"), "Counter", Options);

    private ActorProxy Weak => ActorProxy.Create(new ActorId("7"), "Counter", Options);

    [Fact]
    public async Task Typed_Arguments_AreMembersOfValue()
    {
        Sidecar.Answer(200, """{"value":{"retVal":{"label":"xy","weight":2}}}""");
        var part = await Counter.JoinAsync("x", new Part("y", 2));

        Assert.Equal(new Part("xy", 2), part);
        Assert.Equal("PUT /v1.0/actors/Counter/7/method/JoinAsync", Sidecar.Request.Line);
        Assert.Equal("application/octet-stream; charset=utf-8", Sidecar.Request.Header("Content-Type"));
        Assert.Equal("""{"value":{"firstName":"x","secondPart":{"label":"y","weight":2}}}""", Sidecar.Request.Body);
        Assert.Contains("<a:MethodName>JoinAsync</a:MethodName>", Sidecar.Request.Header("X-DaprRequestHeader"), StringComparison.Ordinal);
        Assert.Null(Sidecar.Request.Header("Dapr-Reentrancy-Id"));
        Assert.Null(Sidecar.Request.Header("dapr-api-token"));
    }

    [Fact]
    public async Task Typed_Token_IsNoArgument()
    {
        Sidecar.Answer(200, """{"value":{"retVal":9}}""");
        Assert.Equal(9, await Counter.AddAsync(4, new CancellationTokenSource().Token));
        Assert.Equal("""{"value":{"amount":4}}""", Sidecar.Request.Body);
    }

    [Fact]
    public async Task Typed_NoArgumentsNoResult_HaveNoBody()
    {
        Sidecar.Answer(200);
        await Counter.ResetAsync();
        Assert.Equal("PUT /v1.0/actors/Counter/7/method/ResetAsync", Sidecar.Request.Line);
        Assert.Empty(Sidecar.Request.Bytes);
        Assert.Null(Sidecar.Request.Header("Content-Type"));
        Assert.NotNull(Sidecar.Request.Header("X-DaprRequestHeader"));
    }

    [Fact]
    public async Task Typed_NullArgumentAndResult_TravelAsNull()
    {
        Sidecar.Answer(200, """{"value":{"retVal":null}}""");
        Assert.Null(await Counter.JoinAsync("x", null));
        Assert.Equal("""{"value":{"firstName":"x","secondPart":null}}""", Sidecar.Request.Body);
    }

    [Fact]
    public async Task Typed_NamingPolicy_ShapesTheMembers()
    {
        var options = Options;
        options.JsonSerializerOptions = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        Sidecar.Answer(200, """{"value":{"ret_val":{"label":"xy","weight":2}}}""");
        var part = await ActorProxy.Create<ICounterActor>(new ActorId("7"), "Counter", options).JoinAsync("x", new Part("y", 1));
        Assert.Equal(new Part("xy", 2), part);
        Assert.Equal("""{"value":{"first_name":"x","second_part":{"label":"y","weight":1}}}""", Sidecar.Request.Body);
    }

    [Fact]
    public async Task Typed_ErrorHeader_ThrowsWhatTheMethodThrew()
    {
        var (header, body) = RemotingError.Write(new InvalidOperationException("no more"));
        Sidecar.Answer(new SidecarAnswer(200, body, [("X-DaprErrorResponseHeader", header)]));

        var exception = await Assert.ThrowsAsync<ActorMethodInvocationException>(() => Counter.AddAsync(1));

        var inner = Assert.IsType<ActorInvokeException>(exception.InnerException);
        Assert.Equal(("System.InvalidOperationException", "no more"), (inner.ActualExceptionType, inner.Message));
        Assert.Contains("Exception: InvalidOperationException", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Typed_SidecarError_ThrowsDaprApiException()
    {
        Sidecar.Answer(500, """{"errorCode":"ERR_ACTOR_INVOKE_METHOD","message":"did not find address for actor"}""");
        var exception = await Assert.ThrowsAsync<DaprApiException>(() => Counter.AddAsync(1));
        Assert.Equal(("ERR_ACTOR_INVOKE_METHOD", "did not find address for actor"), (exception.ErrorCode, exception.Message));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Call_RefusedToken_ThrowsAuthenticationException(int status)
    {
        Sidecar.Answer(status);
        await Assert.ThrowsAsync<AuthenticationException>(() => Weak.InvokeMethodAsync("M"));
    }

    [Fact]
    public async Task Call_Token_IsSent()
    {
        var options = Options;
        options.DaprApiToken = "tok";
        Sidecar.Answer(200, """{"value":{"retVal":0}}""").Answer(200);
        await ActorProxy.Create<ICounterActor>(new ActorId("7"), "Counter", options).ReadAsync();
        await ActorProxy.Create(new ActorId("7"), "Counter", options).InvokeMethodAsync("M");
        Assert.All(Sidecar.Requests, request => Assert.Equal("tok", request.Header("dapr-api-token")));
    }

    [Fact]
    public async Task Call_WithinAChain_EchoesItsId()
    {
        ReentrancyContext.Id = "chain-1";
        Sidecar.Answer(200, """{"value":{"retVal":0}}""").Answer(200);
        await Counter.ReadAsync();
        await Weak.InvokeMethodAsync("M");
        Assert.All(Sidecar.Requests, request => Assert.Equal("chain-1", request.Header("Dapr-Reentrancy-Id")));
    }

    [Fact]
    public async Task Call_SpecialNames_AreEscaped()
    {
        await ActorProxy.Create(new ActorId("a b/c"), "My Type", Options).InvokeMethodAsync("M");
        Assert.Equal("PUT /v1.0/actors/My%20Type/a%20b%2Fc/method/M", Sidecar.Request.Line);
    }

    [Fact]
    public async Task Call_Cancelled_ThrowsOperationCanceled()
    {
        using var cancelled = new CancellationTokenSource();
        Sidecar.Handler = async (_, aborted) =>
        {
            await cancelled.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted);
            throw new InvalidOperationException("not reached");
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Counter.AddAsync(1, cancelled.Token));
    }

    [Fact]
    public async Task Call_LongerThanItsTimeout_Ends()
    {
        var options = Options;
        options.RequestTimeout = TimeSpan.FromMilliseconds(50);
        Sidecar.Handler = async (_, aborted) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted);
            throw new InvalidOperationException("not reached");
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ActorProxy.Create<ICounterActor>(new ActorId("7"), "Counter", options).AddAsync(1));
    }

    [Fact]
    public async Task Call_NobodyThere_ThrowsHttpRequestException()
    {
        var options = Options;
        options.HttpEndpoint = "http://127.0.0.1:9";
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            ActorProxy.Create<ICounterActor>(new ActorId("7"), "Counter", options).ReadAsync());
    }

    [Fact]
    public async Task Weak_Argument_IsPlainJson()
    {
        Sidecar.Answer(200, "5");
        Assert.Equal(5, await Weak.InvokeMethodAsync<Part, int>("Weigh", new Part("y", 5)));
        Assert.Equal("PUT /v1.0/actors/Counter/7/method/Weigh", Sidecar.Request.Line);
        Assert.Equal("""{"label":"y","weight":5}""", Sidecar.Request.Body);
        Assert.Equal("application/json; charset=utf-8", Sidecar.Request.Header("Content-Type"));
        Assert.Null(Sidecar.Request.Header("X-DaprRequestHeader"));
    }

    [Fact]
    public async Task Weak_NoArgument_HasNoBody()
    {
        Sidecar.Answer(200, "\"text\"").Answer(200).Answer(200);
        Assert.Equal("text", await Weak.InvokeMethodAsync<string>("Read"));
        await Weak.InvokeMethodAsync("Reset");
        await Weak.InvokeMethodAsync<int>("Set", 3, default(CancellationToken));
        Assert.Equal(["", "", "3"], Sidecar.Requests.Select(request => request.Body));
        Assert.Null(Sidecar.Requests[0].Header("Content-Type"));
    }

    [Fact]
    public void Proxy_TellsItsActor()
    {
        var proxy = Assert.IsAssignableFrom<IActorProxy>(Counter);
        Assert.Equal((new ActorId("7"), "Counter"), (proxy.ActorId, proxy.ActorType));
        Assert.Equal((new ActorId("7"), "Counter"), (Weak.ActorId, Weak.ActorType));
        Type type = typeof(ICounterActor);
        Assert.IsAssignableFrom<ICounterActor>(ActorProxy.Create(new ActorId("7"), type, "Counter", Options));
    }

    [Fact]
    public void Create_WithoutJson_IsRefused()
    {
        var factory = new ActorProxyFactory();
        Assert.Throws<NotSupportedException>(() => factory.CreateActorProxy<ICounterActor>(new ActorId("1"), "Counter"));
    }

    [Theory]
    [InlineData(typeof(INoActor))]
    [InlineData(typeof(IHalfActor))]
    [InlineData(typeof(IOverloaded))]
    [InlineData(typeof(IReturnsValue))]
    [InlineData(typeof(IEarlyToken))]
    [InlineData(typeof(IGenericMethod))]
    [InlineData(typeof(IGeneric<int>))]
    public void Create_InterfaceThatCannotBeCalled_IsRefused(Type type)
    {
        var factory = new ActorProxyFactory(Options);
        Assert.Throws<ArgumentException>(() => factory.CreateActorProxy(new ActorId("1"), type, "Counter"));
    }

    [Fact]
    public async Task Factory_Handler_SendsTheRequests()
    {
        using var handler = new RecordingHandler();
        var factory = new ActorProxyFactory(Options, handler);
        await factory.Create(new ActorId("1"), "Counter").InvokeMethodAsync("M");
        await factory.CreateActorProxy<IResettable>(new ActorId("1"), "Counter").ResetAsync();
        Assert.Equal(2, handler.Count);
        Assert.Empty(Sidecar.Requests);
    }

    private sealed class RecordingHandler : HttpMessageHandler
    {
        public int Count { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent(string.Empty, Encoding.UTF8) });
        }
    }

    public interface INoActor;

    public interface IHalfActor : IActor, INoActor;

    public interface IOverloaded : IActor
    {
        Task A();

        Task A(int x);
    }

    public interface IReturnsValue : IActor
    {
        int A();
    }

#pragma warning disable CA1068 // What the test is about.
    public interface IEarlyToken : IActor
    {
        Task A(CancellationToken token, int x);
    }
#pragma warning restore CA1068

    public interface IGenericMethod : IActor
    {
        Task A<T>();
    }

    public interface IGeneric<T> : IActor
    {
        Task<T> A();
    }
}
