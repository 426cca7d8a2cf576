namespace Dapr;

/// <summary>Options of <c>MapSubscribeHandler</c>.</summary>
public class SubscribeOptions
{
    /// <summary>Whether the events of every topic come as they were published, without an envelope.</summary>
    public bool EnableRawPayload { get; set; }
}
