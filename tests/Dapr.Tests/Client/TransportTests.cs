using System.Net;
using Dapr;
using Dapr.Client;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Client;

public class TransportTests : SidecarTest
{
    [Fact]
    public async Task Token_IsSentWithEveryCall()
    {
        using var client = Builder().UseDaprApiToken("secret-token").Build();
        await client.SaveStateAsync("store", "k", 1);
        await client.CheckHealthAsync();
        await client.PublishEventAsync("pubsub", "t", 1);
        Assert.All(Sidecar.Requests, request => Assert.Equal("secret-token", request.Header("dapr-api-token")));
    }

    [Fact]
    public async Task Endpoint_WithTrailingSlash_MakesNoDoubleSlash()
    {
        using var client = Builder().UseHttpEndpoint(Sidecar.Endpoint + "/").Build();
        await client.CheckHealthAsync();
        Assert.Equal("GET /v1.0/healthz", Sidecar.Request.Line);
    }

    [Fact]
    public async Task Call_NobodyThere_ThrowsDaprException()
    {
        using var client = Builder().UseHttpEndpoint("http://127.0.0.1:9").Build();
        var exception = await Assert.ThrowsAsync<DaprException>(() => client.SaveStateAsync("store", "k", 1));
        Assert.IsType<HttpRequestException>(exception.InnerException);
    }

    [Fact]
    public async Task Call_CancelledByCaller_ThrowsOperationCanceled()
    {
        using var cancelled = new CancellationTokenSource();
        Sidecar.Handler = async (_, aborted) =>
        {
            await cancelled.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted);
            throw new InvalidOperationException("not reached");
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Client.SaveStateAsync("store", "k", 1, cancellationToken: cancelled.Token));
    }

    [Fact]
    public async Task Call_NotAnsweredInTime_ThrowsDaprException()
    {
        using var client = Builder().UseTimeout(TimeSpan.FromMilliseconds(50)).Build();
        Sidecar.Handler = async (_, aborted) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, aborted);
            throw new InvalidOperationException("not reached");
        };
        await Assert.ThrowsAsync<DaprException>(() => client.GetStateAsync<int>("store", "k"));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("unix:///tmp/x")]
    public void Build_OtherScheme_IsRefused(string endpoint) =>
        Assert.Throws<InvalidOperationException>(() => new DaprClientBuilder().UseHttpEndpoint(endpoint).Build());

    [Fact]
    public async Task Invoke_RelativeAddress_GoesToTheDefaultApp()
    {
        using var client = DaprClient.CreateInvokeHttpClient("Gateway-Api", Sidecar.Endpoint, "tok");
        Sidecar.Answer(418, "tea");
        using var response = await client.GetAsync("/api/v1/health?x=1&y=a%20b");
        Assert.Equal("GET /v1.0/invoke/Gateway-Api/method/api/v1/health?x=1&y=a%20b", Sidecar.Request.Line);
        Assert.Equal("tok", Sidecar.Request.Header("dapr-api-token"));
        Assert.StartsWith("dapr-sdk-dotnet/", Sidecar.Request.Header("User-Agent"));
        Assert.Equal((HttpStatusCode)418, response.StatusCode);
        Assert.Equal("http://gateway-api/api/v1/health?x=1&y=a%20b", response.RequestMessage!.RequestUri!.AbsoluteUri);
    }

    [Fact]
    public async Task Invoke_AbsoluteAddress_NamesItsApp()
    {
        using var client = DaprClient.CreateInvokeHttpClient(daprEndpoint: Sidecar.Endpoint);
        await client.PostAsync("http://other/m", new StringContent("body"));
        Assert.Equal("POST /v1.0/invoke/other/method/m", Sidecar.Request.Line);
        Assert.Equal("body", Sidecar.Request.Body);
        Assert.Null(Sidecar.Request.Header("dapr-api-token"));
    }

    [Fact]
    public async Task Invoke_OfAClient_UsesItsSidecarAndToken()
    {
        using var dapr = Builder().UseDaprApiToken("tok").Build();
        using var client = dapr.CreateInvokableHttpClient("app");
        await client.DeleteAsync("/x");
        Assert.Equal("DELETE /v1.0/invoke/app/method/x", Sidecar.Request.Line);
        Assert.Equal("tok", Sidecar.Request.Header("dapr-api-token"));
    }

    [Fact]
    public async Task Invoke_BadTargets_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => DaprClient.CreateInvokeHttpClient("not a host!"));
        Assert.Throws<ArgumentException>(() => DaprClient.CreateInvokeHttpClient("a", "ftp://x"));
        using var handler = new InvocationHandler { InnerHandler = new HttpClientHandler() };
        using var invoker = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, "ftp://x/y");
        await Assert.ThrowsAsync<ArgumentException>(() => invoker.SendAsync(request, default));
    }
}
