namespace Gateway.Api.Surfaces.Gateway.Requests;

/// <summary>Callers' names in events and in the audit log.</summary>
internal static class Caller
{
    /// <summary>A customer, for example <c>customer:abc</c>.</summary>
    public static string CustomerActor(string customerId) => $"customer:{customerId}";

    /// <summary>A device, for example <c>device:pi-1</c>.</summary>
    public static string DeviceActor(string deviceId) => $"device:{deviceId}";
}
