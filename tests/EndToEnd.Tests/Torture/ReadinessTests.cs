using System.Net;
using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests.Torture;

/// <summary><c>/readyz</c> (gateway-api.md) while what the server depends on goes and comes back.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task Sidecar_KilledAndStopped_Answers503_BackAgain200()
    {
        await using var bench = new Bench();
        using var deployment = await Deployment.StartAsync(bench, Shape.SidecarApart);
        AssertReady(await deployment.ReadyzAsync(HttpStatusCode.OK));

        await deployment.Sidecar!.KillAsync();
        AssertNotReady(await deployment.ReadyzAsync(HttpStatusCode.ServiceUnavailable), database: true, redis: false);
        deployment.LaunchSidecar();
        AssertReady(await deployment.ReadyzAsync(HttpStatusCode.OK));

        deployment.Sidecar.Pause();
        AssertNotReady(await deployment.ReadyzAsync(HttpStatusCode.ServiceUnavailable), database: true, redis: false);
        deployment.Sidecar.Resume();
        AssertReady(await deployment.ReadyzAsync(HttpStatusCode.OK));
    }

    [Fact]
    public async Task RelationalStore_KilledAndStopped_Answers503_BackAgain200()
    {
        await using var postgres = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        await using var bench = new Bench();
        using var deployment = await Deployment.StartAsync(bench, Shape.OneProcess, new Dictionary<string, string?>
        {
            ["ConnectionStrings__Gateway"] = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken),
        });
        AssertReady(await deployment.ReadyzAsync(HttpStatusCode.OK));

        await postgres.KillAsync();
        AssertNotReady(await deployment.ReadyzAsync(HttpStatusCode.ServiceUnavailable), database: false, redis: true);
        await postgres.StartAgainAsync(TestContext.Current.CancellationToken);
        AssertReady(await deployment.ReadyzAsync(HttpStatusCode.OK));

        postgres.Pause();
        AssertNotReady(await deployment.ReadyzAsync(HttpStatusCode.ServiceUnavailable), database: false, redis: true);
        postgres.Resume();
        AssertReady(await deployment.ReadyzAsync(HttpStatusCode.OK));
    }

    private static void AssertReady(JsonElement body)
    {
        Assert.True(body.GetProperty("ready").GetBoolean());
        Assert.All(body.GetProperty("checks").EnumerateObject(), check => Assert.True(check.Value.GetBoolean()));
        Assert.False(body.TryGetProperty("errors", out _));
    }

    private static void AssertNotReady(JsonElement body, bool database, bool redis)
    {
        Assert.False(body.GetProperty("ready").GetBoolean());
        Assert.Equal(database, body.GetProperty("checks").GetProperty("database").GetBoolean());
        Assert.Equal(redis, body.GetProperty("checks").GetProperty("redis").GetBoolean());
        Assert.NotEmpty(body.GetProperty("errors").EnumerateArray().Select(error => error.GetString()!));
    }
}
