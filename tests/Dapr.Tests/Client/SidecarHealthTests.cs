using Dapr;
using Gateway.Dapr.Tests.Kit;
using Gateway.TestKit;

namespace Gateway.Dapr.Tests.Client;

public class SidecarHealthTests : SidecarTest
{
    [Theory]
    [InlineData(204, true)]
    [InlineData(200, true)]
    [InlineData(500, false)]
    public async Task CheckHealth_Status_Decides(int status, bool healthy)
    {
        Sidecar.Answer(status).Answer(status);
        Assert.Equal(healthy, await Client.CheckHealthAsync());
        Assert.Equal(healthy, await Client.CheckOutboundHealthAsync());
        Assert.Equal(["GET /v1.0/healthz", "GET /v1.0/healthz/outbound"], Sidecar.Requests.Select(request => request.Line));
    }

    [Fact]
    public async Task CheckHealth_NobodyThere_IsFalse()
    {
        using var client = Builder().UseHttpEndpoint("http://127.0.0.1:9").Build();
        Assert.False(await client.CheckHealthAsync());
        Assert.False(await client.CheckOutboundHealthAsync());
    }

    [Fact]
    public async Task WaitForSidecar_AsksEveryHalfSecondUntilItIsUp()
    {
        var time = new ManualTimeProvider();
        using var client = Builder().UseTimeProvider(time).Build();
        Sidecar.Answer(500).Answer(500).Answer(204);

        var waiting = client.WaitForSidecarAsync();
        for (var asked = 1; asked <= 2; asked++)
        {
            await Eventually.TrueAsync(() => time.ArmedTimers == 1);
            Assert.Equal(asked, Sidecar.Requests.Count);
            time.Advance(TimeSpan.FromMilliseconds(499));
            Assert.Equal(1, time.ArmedTimers);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await waiting.WaitAsync(Eventually.Limit);
        Assert.Equal(3, Sidecar.Requests.Count);
    }

    [Fact]
    public async Task WaitForSidecar_Cancelled_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        Sidecar.Handler = (_, _) =>
        {
            cancelled.Cancel();
            return Task.FromResult(new SidecarAnswer(500, [], []));
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.WaitForSidecarAsync(cancelled.Token));
    }

    [Fact]
    public async Task GetMetadata_ReadsWhatTheSidecarSays()
    {
        Sidecar.Answer(200, """{"id":"gold","runtimeVersion":"1.18.3","components":[{"name":"mem","type":"state.in-memory","version":"v1","capabilities":["ETAG","TTL"]},{"name":"ps","type":"pubsub.in-memory","version":"v1"}],"extended":{"daprRuntimeVersion":"1.18.3"},"actorRuntime":{"runtimeStatus":"RUNNING","activeActors":[{"type":"Device","count":3}],"hostReady":true}}""");
        var metadata = await Client.GetMetadataAsync();
        Assert.Equal("GET /v1.0/metadata", Sidecar.Request.Line);
        Assert.Equal("gold", metadata.Id);
        Assert.Equal("1.18.3", metadata.Extended["daprRuntimeVersion"]);
        Assert.Equal([("Device", 3)], metadata.Actors.Select(actor => (actor.Type, actor.Count)));
        Assert.Equal([("mem", "state.in-memory", "v1", 2), ("ps", "pubsub.in-memory", "v1", 0)],
            metadata.Components.Select(component => (component.Name, component.Type, component.Version, component.Capabilities.Length)));
    }

    [Fact]
    public async Task GetMetadata_Refused_Throws()
    {
        Sidecar.Answer(401, "invalid api token\n");
        await Assert.ThrowsAsync<DaprException>(() => Client.GetMetadataAsync());
    }
}
