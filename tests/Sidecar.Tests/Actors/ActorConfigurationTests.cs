using System.Text;
using Gateway.Sidecar.Actors.Hosting;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/developing-applications/building-blocks/actors/actors-runtime-config/
public sealed class ActorConfigurationTests
{
    [Fact]
    public void Parse_FormOfTheSdk_IsRead()
    {
        ActorTypeOptions type = Assert.Single(Parse(
            """{"entities":["T"],"actorIdleTimeout":"0h10m0s0ms","actorScanInterval":"0h0m35s0ms","drainOngoingCallTimeout":"0h1m30s0ms","drainRebalancedActors":true,"remindersStoragePartitions":7,"reentrancy":{"enabled":true,"maxStackDepth":8}}""")!);
        Assert.Equal(
            new ActorTypeOptions("T")
            {
                IdleTimeout = TimeSpan.FromMinutes(10),
                DrainTimeout = TimeSpan.FromSeconds(90),
                DrainOnStop = true,
                Reentrant = true,
                MaxStackDepth = 8,
            },
            type);
    }

    [Fact]
    public void Parse_EntitiesOnly_HasDaprsDefaults()
    {
        IReadOnlyList<ActorTypeOptions> types = Parse("""{"entities":["T1","T2","T1"],"foo":1}""")!;
        Assert.Equal(["T1", "T2"], types.Select(type => type.Type));
        Assert.Equal(TimeSpan.FromHours(1), types[0].IdleTimeout);
        Assert.False(types[0].Reentrant);
    }

    [Fact]
    public void Parse_EntitiesConfig_OverridesForItsTypes()
    {
        IReadOnlyList<ActorTypeOptions> types = Parse(
            """{"entities":["T","U"],"actorIdleTimeout":"1h30m","entitiesConfig":[{"entities":["U"],"actorIdleTimeout":"1m","reentrancy":{"enabled":true}}]}""")!;
        Assert.Equal(TimeSpan.FromMinutes(90), types[0].IdleTimeout);
        Assert.Equal(TimeSpan.FromMinutes(1), types[1].IdleTimeout);
        Assert.True(types[1].Reentrant);
        Assert.Equal(32, types[1].MaxStackDepth);
    }

    [Theory]
    [InlineData("""{"entities":["T"],"actorIdleTimeout":"PT1H"}""")]
    [InlineData("""{"entities":["T"],"drainOngoingCallTimeout":"zzz"}""")]
    [InlineData("""{"entities":["T"],"actorIdleTimeout":60}""")]
    [InlineData("""{"entities":""")]
    [InlineData("""{"entities":"T"}""")]
    [InlineData("[]")]
    public void Parse_OneUnreadableValue_DropsTheWholeAnswer(string json) => Assert.Null(Parse(json));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"entities":[]}""")]
    public void Parse_NoTypes_IsEmpty(string json) => Assert.Empty(Parse(json)!);

    private static IReadOnlyList<ActorTypeOptions>? Parse(string json) => ActorConfiguration.Parse(Encoding.UTF8.GetBytes(json));
}
