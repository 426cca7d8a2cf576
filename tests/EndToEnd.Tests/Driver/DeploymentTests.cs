namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>Tests that hold for a server whatever runs around it: each class runs on the embedded sidecar, and derived on real Dapr.</summary>
public abstract class DeploymentTests
{
    /// <summary>The test's folder and programs.</summary>
    private protected virtual Task<Bench> OpenBenchAsync() => Task.FromResult(new Bench());
}
