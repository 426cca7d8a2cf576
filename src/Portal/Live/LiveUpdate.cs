using System.Text.Json;
using Gateway.Portal.Api;

namespace Gateway.Portal.Live;

/// <summary>How the portal hears of changes.</summary>
internal enum LiveState
{
    /// <summary>The first connection is being made.</summary>
    Connecting,

    /// <summary>By the socket, as they happen.</summary>
    Live,

    /// <summary>The socket is not to be had now: pages ask from time to time.</summary>
    Polling,
}

/// <summary>What a message of <c>/ws/customer</c> tells a page.</summary>
internal enum LiveKind
{
    /// <summary>The subscription holds from here on; what was known may be out of date.</summary>
    Subscribed,

    /// <summary>The device's status, in <see cref="LiveUpdate.Device"/>.</summary>
    Device,

    /// <summary>Something about its session or commands.</summary>
    Work,

    /// <summary>A running command printed something, in <see cref="LiveUpdate.Output"/>.</summary>
    Output,

    /// <summary>The subscription is over: the device is somebody else's now.</summary>
    Ended,
}

/// <summary>One message about a device.</summary>
internal sealed record LiveUpdate(string DeviceId, LiveKind Kind, DeviceStatus? Device = null, LiveOutput? Output = null)
{
    /// <summary>Reads a message's <c>type</c> and <c>data</c>; null: one that says nothing about a device, or is not understood.</summary>
    public static LiveUpdate? Read(string type, JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object) return null;
        if ((Text(data, "deviceId") ?? Text(data, "id")) is not { } deviceId) return null;
        return type switch
        {
            "subscribed" => new LiveUpdate(deviceId, LiveKind.Subscribed, data.TryGetProperty("device", out var device) ? Status(device) : null),
            "device_status" => new LiveUpdate(deviceId, LiveKind.Device, Status(data.TryGetProperty("device", out var inner) ? inner : data)),
            "command_update" or "session_update" => new LiveUpdate(deviceId, LiveKind.Work),
            "output" => new LiveUpdate(deviceId, LiveKind.Output, Output: data.Deserialize<LiveOutput>(GatewayClient.Json)),
            "unsubscribed" => new LiveUpdate(deviceId, LiveKind.Ended),
            _ => null,
        };
    }

    private static DeviceStatus? Status(JsonElement device) =>
        device.ValueKind == JsonValueKind.Object ? device.Deserialize<DeviceStatus>(GatewayClient.Json) : null;

    private static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>A piece of what a running command prints.</summary>
/// <param name="CommandId">The command.</param>
/// <param name="Attempt">The claim that it belongs to, from 1.</param>
/// <param name="Offset">Where it begins, in UTF-16 units.</param>
/// <param name="Text">The text.</param>
internal sealed record LiveOutput(string CommandId, int Attempt, long Offset, string Text);
