using System.Net;
using Dapr.Actors;
using Dapr.Actors.Runtime;
using Gateway.Dapr.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Dapr.Tests.Actors;

public class ActorConfigTests
{
    [Fact]
    public async Task Config_Defaults_LeavesUnsetOptionsOut()
    {
        await using var app = await StartAsync(options => options.Actors.RegisterActor<CounterActor>());
        using var response = await app.SendAsync("GET", "/dapr/config");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("""{"entities":["Counter"],"reentrancy":{"enabled":false}}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Config_AllOptions_AreInDaprsForms()
    {
        await using var app = await StartAsync(options =>
        {
            options.Actors.RegisterActor<CounterActor>("T");
            options.ActorIdleTimeout = TimeSpan.FromMinutes(10);
            options.ActorScanInterval = TimeSpan.FromSeconds(35);
            options.DrainOngoingCallTimeout = new TimeSpan(1, 2, 3, 4, 5);
            options.DrainRebalancedActors = true;
            options.RemindersStoragePartitions = 7;
            options.ReentrancyConfig = new ActorReentrancyConfig { Enabled = true, MaxStackDepth = 32 };
        });
        Assert.Equal(
            """{"entities":["T"],"actorIdleTimeout":"0h10m0s0ms","actorScanInterval":"0h0m35s0ms","drainOngoingCallTimeout":"26h3m4s5ms","drainRebalancedActors":true,"remindersStoragePartitions":7,"reentrancy":{"enabled":true,"maxStackDepth":32}}""",
            (await app.CallAsync("GET", "/dapr/config")).Body);
    }

    [Fact]
    public async Task Config_TypeOfItsOwnOptions_IsInEntitiesConfig()
    {
        await using var app = await StartAsync(options =>
        {
            options.Actors.RegisterActor<CounterActor>();
            options.Actors.RegisterActor<CounterActor>("Slow", new ActorRuntimeOptions { ActorIdleTimeout = TimeSpan.FromSeconds(5) });
        });
        Assert.Equal(
            """{"entities":["Counter","Slow"],"reentrancy":{"enabled":false},"entitiesConfig":[{"entities":["Slow"],"actorIdleTimeout":"0h0m5s0ms","reentrancy":{"enabled":false}}]}""",
            (await app.CallAsync("GET", "/dapr/config")).Body);
    }

    [Fact]
    public async Task Health_IsMapped()
    {
        await using var app = await StartAsync(_ => { });
        Assert.Equal((200, "Healthy"), await app.CallAsync("GET", "/healthz"));
    }

    [Fact]
    public async Task Health_RouteOfTheApplication_GoesFirst()
    {
        await using var app = await TestApp.StartAsync(
            services => services.AddActors(_ => { }),
            app =>
            {
                app.MapActorsHandlers();
                app.MapGet("/healthz", () => "mine");
            });
        Assert.Equal((200, "mine"), await app.CallAsync("GET", "/healthz"));
    }

    [Fact]
    public async Task MapActorsHandlers_WithoutAddActors_IsRefused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TestApp.StartAsync(_ => { }, app => app.MapActorsHandlers()));

    [Fact]
    public async Task MapActorsHandlers_Conventions_ReachEveryEndpoint()
    {
        await using var app = await TestApp.StartAsync(
            services => services.AddActors(_ => { }),
            app => app.MapActorsHandlers().RequireHost("nobody.example"));
        foreach (var path in new[] { "/dapr/config", "/healthz" })
        {
            using var response = await app.SendAsync("GET", path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        var options = new ActorRuntimeOptions();
        Assert.Throws<ArgumentOutOfRangeException>(() => options.ActorIdleTimeout = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.ActorScanInterval = TimeSpan.FromSeconds(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => options.DrainOngoingCallTimeout = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.RemindersStoragePartitions = -1);
        Assert.Throws<ArgumentNullException>(() => options.JsonSerializerOptions = null!);
        Assert.Throws<ArgumentException>(() => options.Actors.RegisterActor<NoInterface>());
    }

    private static Task<TestApp> StartAsync(Action<ActorRuntimeOptions> configure) =>
        TestApp.StartAsync(services => services.AddActors(configure), app => app.MapActorsHandlers());

    private sealed class NoInterface(ActorHost host) : Actor(host);
}
