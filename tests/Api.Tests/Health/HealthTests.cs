using System.Net;
using System.Text.Json;
using Gateway.Api.Health;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Health;

public sealed class HealthTests : IAsyncLifetime
{
    private readonly GatewayHost host = new();

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Healthz_Always_AnswersOk()
    {
        host.Sidecar.State = StubState.Fails;
        var reply = (await host.Anonymous.GetAsync("/healthz")).Is(HttpStatusCode.OK);
        Assert.Equal("""{"status":"ok","timestamp":"2026-01-01T00:00:00.000Z"}""", reply.Body);
    }

    [Fact]
    public async Task Readyz_EverythingHealthy_AnswersReady()
    {
        var reply = (await host.Anonymous.GetAsync("/readyz")).Is(HttpStatusCode.OK);
        Assert.Equal("""{"ready":true,"checks":{"database":true,"redis":true,"deadlines":true}}""", reply.Body);
    }

    [Fact]
    public async Task Readyz_ClaimOverdueForLongerThanTheLimit_Answers503UntilItsQueueLooksAtTheClock()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        var session = await GatewayHost.OpenSessionAsync(customer, device);
        await customer.PostAsync($"/api/v1/customer/sessions/{session}/commands", new { type = "disk_usage" });
        await ClaimAsync(device);

        host.Time.Advance(TimeSpan.FromSeconds(5 + 60 + 1));
        var reply = await ReadyzAsync(HttpStatusCode.ServiceUnavailable);
        Assert.False(reply.Find("ready")!.Value.GetBoolean());
        Assert.True(reply.Find("checks.database")!.Value.GetBoolean());
        Assert.True(reply.Find("checks.redis")!.Value.GetBoolean());
        Assert.False(reply.Find("checks.deadlines")!.Value.GetBoolean());
        Assert.StartsWith("deadlines", reply.Text("errors.0"), StringComparison.Ordinal);

        await ClaimAsync(device);
        host.Time.Advance(OverdueDeadlines.Period);
        await ReadyzAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Readyz_StateStoreFailing_Answers503AndNamesIt()
    {
        host.Sidecar.State = StubState.Fails;
        var reply = (await host.Anonymous.GetAsync("/readyz")).Is(HttpStatusCode.ServiceUnavailable);
        Assert.False(reply.Find("ready")!.Value.GetBoolean());
        Assert.True(reply.Find("checks.database")!.Value.GetBoolean());
        Assert.False(reply.Find("checks.redis")!.Value.GetBoolean());
        Assert.StartsWith("redis", reply.Text("errors.0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readyz_StateStoreHanging_Answers503AfterTwoSeconds()
    {
        host.Sidecar.State = StubState.Hangs;
        var asked = host.Anonymous.GetAsync("/readyz");
        await host.Sidecar.AskedAsync();
        host.Time.Advance(TimeSpan.FromSeconds(2));
        (await asked).Is(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Readyz_WithoutASidecar_Answers503()
    {
        await host.Sidecar.DisposeAsync();
        Assert.False((await host.Anonymous.GetAsync("/readyz")).Is(HttpStatusCode.ServiceUnavailable).Find("checks.redis")!.Value.GetBoolean());
    }

    [Fact]
    public async Task Version_ForAnybody_IsNothingMore()
    {
        var reply = (await host.Anonymous.GetAsync("/version")).Is(HttpStatusCode.OK);
        Assert.Equal(["version"], reply.Json.EnumerateObject().Select(member => member.Name));
        Assert.Matches(@"^\d+\.\d+\.\d+", reply.Text("version"));
        Assert.DoesNotContain('+', reply.Text("version"));
    }

    [Fact]
    public async Task SystemInfo_ForACustomer_ShowsWhatRunsAndHowItDoes()
    {
        host.Time.Advance(TimeSpan.FromSeconds(90));
        host.Sidecar.State = StubState.Fails;
        var reply = (await host.NewCustomer().GetAsync("/api/v1/customer/system/info")).Is(HttpStatusCode.OK);
        Assert.Equal((await host.Anonymous.GetAsync("/version")).Text("version"), reply.Text("version"));
        Assert.NotEqual("", reply.Text("build"));
        Assert.Equal("Test", reply.Text("environment"));
        Assert.Equal(90, reply.Number("uptime"));
        Assert.Equal(JsonValueKind.Object, reply.Find("services")!.Value.ValueKind);
        Assert.Equal("healthy", reply.Text("services.database"));
        Assert.Equal("unhealthy", reply.Text("services.stateStore"));
        Assert.Equal("healthy", reply.Text("services.sidecar"));
    }

    private async Task ClaimAsync(Caller device)
    {
        var claimed = await device.PostAsync("/api/v1/device/commands/claim", new { limit = 1, visibilityTimeout = 5_000 });
        Assert.NotNull(claimed.Find("commands.0"));
        await host.Queue.FlushAsync(device.Id, TestContext.Current.CancellationToken);
    }

    /// <summary>Asks until it answers with a status: what it answers from is looked at in the background.</summary>
    private async Task<Reply> ReadyzAsync(HttpStatusCode status)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        while (true)
        {
            var reply = await host.Anonymous.GetAsync("/readyz");
            if (reply.Status == status || limit.IsCancellationRequested) return reply.Is(status);
        }
    }
}
