namespace Gateway.Actors.Tests.Rig;

/// <summary>Tests that share one running gateway, each on devices of its own.</summary>
[CollectionDefinition(Name)]
public sealed class GatewayCollection : ICollectionFixture<GatewayRig>
{
    public const string Name = "gateway";
}
