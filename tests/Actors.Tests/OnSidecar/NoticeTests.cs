using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Gateway.Actors.Tests.Fakes;
using Gateway.Actors.Tests.Rig;
using Gateway.Core.Queue.Operations;

namespace Gateway.Actors.Tests.OnSidecar;

/// <summary>Long polls that another replica's enqueue wakes. A poll looks by itself only after ten seconds, and these limits are shorter.</summary>
[Collection(GatewayCollection.Name)]
public sealed class NoticeTests(GatewayRig gateway) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);
    private readonly HttpClient http = new();

    [Fact]
    public async Task Subscriptions_AskedByTheSidecar_NameThisReplicasTopic()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.AppAddress, "/dapr/subscribe"));
        request.Headers.Add("dapr-api-token", gateway.AppToken);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        using var list = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var own = Assert.Single(list.RootElement.EnumerateArray());
        Assert.Equal($"replica.{GatewayRig.ReplicaId}", own.GetProperty("topic").GetString());
        Assert.Equal("pubsub", own.GetProperty("pubsubName").GetString());
    }

    [Theory]
    [InlineData("GET", "/dapr/subscribe")]
    [InlineData("GET", "/dapr/config")]
    [InlineData("POST", "/events/replica")]
    [InlineData("PUT", "/actors/DeviceActor/d/method/remind/deadline")]
    public async Task Callbacks_WithoutTheToken_AreRefused(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(gateway.AppAddress, path)) { Content = JsonContent.Create(new { }) };
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Enqueue_OnAnotherReplica_WakesThePoll()
    {
        const string device = "notice-replica";
        var other = await gateway.StartReplicaAsync("notice-other");
        var poll = await PollAsync(device);

        var accepted = await other.ExecuteAsync(device, GatewayRig.NewCommand(), TestContext.Current.CancellationToken);

        var claimed = await poll.WaitAsync(Limit);
        Assert.Equal(accepted.CommandId, Assert.Single(claimed.Commands).Id);
    }

    [Fact]
    public async Task Notice_AsACloudEvent_WakesThePoll()
    {
        const string device = "notice-event";
        var poll = await PollAsync(device);

        // Something to claim that this replica does not know of: the queue of another process, as the store shows it.
        var silent = await gateway.StartReplicaAsync("notice-silent");
        gateway.Traffic.Clear();
        await gateway.Traffic.WithoutPublishesAsync(async () =>
        {
            await silent.ExecuteAsync(device, GatewayRig.NewCommand(), TestContext.Current.CancellationToken);
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.AppAddress, "/events/replica"))
        {
            Content = new StringContent(
                $$$"""{"specversion":"1.0","id":"1","source":"x","type":"com.dapr.event.sent","datacontenttype":"application/json","data":{"deviceId":"{{{device}}}"}}""",
                Encoding.UTF8,
                new MediaTypeHeaderValue("application/cloudevents+json")),
        };
        request.Headers.Add("dapr-api-token", gateway.AppToken);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single((await poll.WaitAsync(Limit)).Commands);
    }

    public void Dispose() => http.Dispose();

    /// <summary>A poll that waits, as the head says.</summary>
    private async Task<Task<ClaimOutcome>> PollAsync(string device)
    {
        var poll = gateway.Queue.ClaimAsync(device, () => GatewayRig.NewClaim(), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await Eventually.UntilAsync(() => gateway.State.Head(device) is { Interests.Length: 1 });
        return poll;
    }
}
