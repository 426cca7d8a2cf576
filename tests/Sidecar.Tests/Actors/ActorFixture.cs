using Gateway.Sidecar.Tests.Conformance;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// An app with actors: <c>M</c>, which stay, <c>Idle</c>, which are deactivated after a second, and <c>R</c>, which are reentrant.
/// </summary>
public sealed class ActorFixture<TSidecar>() : AppFixture<TSidecar>(new SidecarSetup { Config = ActorConfig })
    where TSidecar : SidecarUnderTest, new()
{
    public const string ActorConfig =
        """
        {"entities":["M","Idle","R"],"actorIdleTimeout":"1h","drainOngoingCallTimeout":"5s","drainRebalancedActors":true,
         "entitiesConfig":[{"entities":["Idle"],"actorIdleTimeout":"1s"},{"entities":["R"],"reentrancy":{"enabled":true,"maxStackDepth":3}}]}
        """;

    /// <summary>An actor id that no other test has, and none of another run.</summary>
    public string NewId() => $"a{NewNumber()}-{Guid.NewGuid():N}";
}
