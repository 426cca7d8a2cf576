namespace Dapr.Client;

/// <summary>What happens when two writers meet (Dapr state API, <c>options.concurrency</c>).</summary>
public enum ConcurrencyMode
{
    /// <summary>The first write wins: a write without the key's current etag fails. <c>first-write</c> on the wire.</summary>
    FirstWrite,

    /// <summary>The last write wins. <c>last-write</c> on the wire.</summary>
    LastWrite,
}
