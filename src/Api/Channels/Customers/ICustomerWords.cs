using System.Text.Json;
using Gateway.Core.Devices;
using Gateway.Core.History;
using Gateway.Core.Queue;

namespace Gateway.Api.Channels.Customers;

/// <summary>Puts what customers are told into a surface's words.</summary>
internal interface ICustomerWords
{
    /// <summary>How a device is now, and that what happens from now on follows.</summary>
    CustomerMessage Subscribed(DeviceSnapshot snapshot);

    /// <summary>Nothing more follows about a device.</summary>
    CustomerMessage Unsubscribed(string deviceId, UnsubscribeReason reason);

    /// <summary>How a device is.</summary>
    CustomerMessage Status(DeviceState state);

    /// <summary>What became of a command.</summary>
    /// <param name="seq">The event's number.</param>
    /// <param name="record">The command after the event.</param>
    CustomerMessage Command(long seq, CommandRecord record);

    /// <summary>A session was opened or has ended.</summary>
    CustomerMessage Session(string deviceId, QueueEvent e);

    /// <summary>Something that passes by, of the kind and with the data that its sender gave it; null: nothing for customers.</summary>
    CustomerMessage? Live(string deviceId, string kind, JsonElement data);
}

/// <summary>A device as it is at a moment.</summary>
/// <param name="Device">The device.</param>
/// <param name="Session">Its active session; null: none.</param>
/// <param name="Waiting">How many commands wait for it.</param>
/// <param name="At">The moment.</param>
internal sealed record DeviceState(Device Device, QueueSession? Session, int Waiting, DateTimeOffset At)
{
    /// <summary>As the store and a head have it.</summary>
    public static DeviceState Of(Device device, QueueHead head, DateTimeOffset now) =>
        new(device, head.Session is { } active && active.ExpiresAt > now.ToUnixTimeMilliseconds() ? active : null, head.Waiting, now);
}

/// <summary>A device with its commands, as of an event's number.</summary>
/// <param name="State">The device.</param>
/// <param name="Seq">Everything up to this event is in it; a command may be further on, as its own number says.</param>
/// <param name="Commands">The commands that have not ended, in the order of their ids.</param>
/// <param name="HasMore">Whether there are more of them.</param>
internal sealed record DeviceSnapshot(DeviceState State, long Seq, IReadOnlyList<CommandRecord> Commands, bool HasMore);

/// <summary>Why a subscription has ended.</summary>
internal enum UnsubscribeReason
{
    /// <summary>The customer wished it so.</summary>
    Asked,

    /// <summary>The device is another customer's now.</summary>
    NotOwner,
}
