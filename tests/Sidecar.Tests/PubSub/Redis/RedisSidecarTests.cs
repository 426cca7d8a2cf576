using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.PubSub.Redis;

/// <summary>What a whole sidecar leaves in Redis, and what it says when there is none.</summary>
public sealed class RedisSidecarTests : RedisPubSubTests
{
    private const string Subscribe = """[{"pubsubname":"ps","topic":"t","route":"/t","deadLetterTopic":"dead"}]""";

    [Fact]
    public async Task DeadLetter_Entry_HasTheEnvelopeAsItWasAndTheComponentsName()
    {
        await using ScriptedApp app = await ScriptedApp.StartAsync();
        app.On("/dapr/config", new AppReply(404)).On("/dapr/subscribe", AppReply.Json(Subscribe)).On("/t", new AppReply(500));
        await using TestSidecar sidecar = await StartAsync(app.Port);
        (await sidecar.Caller.PostAsync("/v1.0/publish/ps/t", "1", ("content-type", "application/json"))).IsNoContent();
        await EventuallyAsync(async () => (await EntriesAsync("dead")).Length == 1);
        string published = Assert.Single(await EntriesAsync("t"));
        Assert.EndsWith(" metadata {}", published, StringComparison.Ordinal);
        Assert.Equal(published[..^2] + """{"pubsubName":"ps"}""", Assert.Single(await EntriesAsync("dead")));
    }

    [Fact]
    public async Task BulkPublish_Entries_HaveTheirOwnMetadata()
    {
        await using TestSidecar sidecar = await StartAsync(null);
        (await sidecar.Caller.PostAsync(
            "/v1.0/publish/bulk/ps/t?metadata.rawPayload=true",
            """[{"entryId":"1","event":"a","contentType":"text/plain","metadata":{"x":"y"}},{"entryId":"2","event":"b","contentType":"text/plain"}]"""))
            .IsNoContent();
        Assert.Equal(["""data a metadata {"x":"y"}""", "data b metadata {}"], await EntriesAsync("t"));
    }

    [Fact]
    public async Task ConsumerId_OfTheComponent_NamesTheGroup()
    {
        await using ScriptedApp app = await ScriptedApp.StartAsync();
        app.On("/dapr/config", new AppReply(404)).On("/dapr/subscribe", AppReply.Json(Subscribe));
        await using TestSidecar sidecar = await StartAsync(app.Port, ("consumerID", "{appID}-group"));
        (await sidecar.Caller.PostAsync("/v1.0/publish/ps/t", "1", ("content-type", "application/json"))).IsNoContent();
        await app.CallsToAsync("/t");
        Assert.Equal("gold-group", Assert.Single((await RawAsync("XINFO", "GROUPS", "t")).Items).Items[1].Text);
    }

    [Fact]
    public async Task Start_NobodyListens_SaysWhereItLooked()
    {
        string host = $"127.0.0.1:{FreePort.Next()}";
        SidecarStartException error = await Assert.ThrowsAsync<SidecarStartException>(
            () => TestSidecar.StartAsync(TestSidecar.Component("ps", "pubsub.redis", "", ("redisHost", host))));
        Assert.EndsWith(
            $"component 'ps' (pubsub.redis/v1): redis streams: error connecting to redis at {host}: Redis at {host} cannot be reached: Connection refused",
            error.Message, StringComparison.Ordinal);
    }

    private async Task<TestSidecar> StartAsync(int? appPort, params (string Name, string Value)[] metadata)
    {
        TestSidecar sidecar = await TestSidecar.StartAsync(
            TestSidecar.Component("ps", "pubsub.redis", "", [.. Address, .. metadata]),
            configure: options => new SidecarOptions
            {
                AppId = options.AppId,
                AppPort = appPort,
                HttpPort = 0,
                ResourcesPaths = options.ResourcesPaths,
                DataPath = options.DataPath,
            });
        await sidecar.Host.Ready;
        return sidecar;
    }
}
