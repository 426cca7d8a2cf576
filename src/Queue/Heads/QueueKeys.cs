namespace Gateway.Queue.Heads;

/// <summary>Where heads and their documents are in the state store. A device id has no colon.</summary>
internal static class QueueKeys
{
    /// <summary>The key of a device's head.</summary>
    public static string Head(string deviceId) => $"queue:{deviceId}";

    /// <summary>The key of one of its documents.</summary>
    public static string Document(string deviceId, string name) => $"queue:{deviceId}:{name}";
}
