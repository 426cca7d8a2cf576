namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>
/// A sidecar that a suite holds to Dapr's documentation, with its components: <c>ps</c> for messages, <c>store</c> for the state
/// of actors. What Dapr leaves to the components is a property here, so that a test can say what it expects of each.
/// </summary>
public abstract class SidecarUnderTest : IAsyncDisposable
{
    /// <summary>The id of the app.</summary>
    public const string AppId = "gold";

    /// <summary>Why it cannot run here, or null.</summary>
    public virtual string? Missing => null;

    /// <summary>A publish waits until the message before it on the same topic is handled; messages come one at a time and in order.</summary>
    public virtual bool DeliversOneByOne => true;

    /// <summary>Messages that wait for a bulk subscriber come in one list; else each comes in a list of its own.</summary>
    public virtual bool CollectsBulk => false;

    /// <summary>A message that the app holds longer than 2 s comes again.</summary>
    public virtual bool RedeliversWhatTakesLong => false;

    /// <summary>A message is kept for a subscriber that is down.</summary>
    public virtual bool KeepsMessages => false;

    /// <summary>A transaction that one stale etag fails writes nothing at all.</summary>
    public virtual bool RollsBack => true;

    /// <summary>The store tells when a key expires.</summary>
    public virtual bool TellsExpiry => true;

    /// <summary>Starts it, or starts it again with what it has kept, and waits until it is ready.</summary>
    /// <returns>Where it listens.</returns>
    public abstract Task<Uri> StartAsync(SidecarSetup setup, int appPort);

    /// <summary>Stops it as a deployment would, with time to finish.</summary>
    public abstract Task StopAsync();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>A component document.</summary>
    protected static string Component(string name, string type, params IEnumerable<(string Name, string Value)> metadata) =>
        $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: {name}
        spec:
          type: {type}
          version: v1
          metadata:
        {string.Concat(metadata.Select(item => $"  - name: {item.Name}\n    value: '{item.Value}'\n"))}
        ---

        """;
}
