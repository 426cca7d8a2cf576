using Gateway.Api.Channels.Output;
using Gateway.Api.Surfaces.Gateway.Devices;
using Gateway.Api.Surfaces.Gateway.Sessions;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Api.Wire;
using Gateway.Core.Queue;
using Gateway.Storage.Output;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>A device as it is when a subscription begins, or begins anew.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Seq">The number of its last event that is in this; updates with higher numbers follow, without gaps.</param>
/// <param name="Device">As <c>GET /api/v1/customer/devices/{id}/status</c> shows it.</param>
/// <param name="Session">Its active session; absent: none.</param>
/// <param name="Commands">Its commands that have not ended, in the order in which they were accepted.</param>
/// <param name="MoreCommands">True: there are more of them, which the session's view has.</param>
internal sealed record SubscribedView(
    string DeviceId, long Seq, DeviceStatusView Device, LiveSessionView? Session, IReadOnlyList<SessionCommandView> Commands, bool? MoreCommands);

/// <summary>A subscription has ended.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Reason"><c>asked</c> or <c>not_owner</c>.</param>
internal sealed record UnsubscribedView(string DeviceId, string Reason);

/// <summary>What became of a command.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Seq">The event's number.</param>
/// <param name="Command">The command after it, as its session's view shows it.</param>
internal sealed record CommandUpdate(string DeviceId, long Seq, SessionCommandView Command);

/// <summary>A session was opened or has ended.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Seq">The event's number.</param>
/// <param name="Session">The session after it.</param>
internal sealed record SessionUpdate(string DeviceId, long Seq, LiveSessionView Session);

/// <summary>A session without its commands.</summary>
/// <param name="Id">The session.</param>
/// <param name="DeviceId">Its device.</param>
/// <param name="Type"><c>diagnostic</c> or <c>remediation</c>.</param>
/// <param name="Status"><c>active</c>, <c>closed</c> or <c>expired</c>.</param>
/// <param name="Description">The customer's words.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="EndedBy">Who ended it, for example <c>customer:abc</c>; absent: the clock.</param>
internal sealed record LiveSessionView(
    string Id, string DeviceId, string Type, string Status, string? Description, string CreatedAt, string ExpiresAt, string? EndedAt, string? EndedBy)
{
    /// <summary>As the queue has it.</summary>
    public static LiveSessionView Of(string deviceId, string id, SessionDefinition definition, long? endedAt = null, string? endedBy = null) => new(
        id, deviceId, definition.Type, definition.Status, definition.Description,
        WireTime.Text(definition.CreatedAt), WireTime.Text(definition.ExpiresAt), WireTime.TextOrNull(endedAt), endedBy);
}

/// <summary>A piece of what a running command printed.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="CommandId">The command.</param>
/// <param name="Attempt">The how-manieth claim of it, from 1.</param>
/// <param name="Chunk">The how-manieth chunk of the attempt, from 0; a large one comes in several messages.</param>
/// <param name="Offset">How much was printed before it, in UTF-16 units, lost or not.</param>
/// <param name="Text">What was printed.</param>
/// <param name="Gap">What was lost right before it; absent: nothing.</param>
internal sealed record OutputUpdate(string DeviceId, string CommandId, int Attempt, int Chunk, long Offset, string Text, OutputGap? Gap)
{
    /// <summary>As replicas tell each other of it.</summary>
    public static OutputUpdate Of(string deviceId, LiveOutputChunk chunk) =>
        new(deviceId, WireIds.Command(chunk.CommandId), chunk.Attempt, chunk.Chunk, chunk.Offset, chunk.Text, chunk.Gap);
}

/// <summary>The device that a customer's message is about.</summary>
/// <param name="DeviceId">The device.</param>
internal sealed record DeviceReference(string DeviceId);


/// <summary>The connection is about to end.</summary>
/// <param name="Code">As a raw socket's close code.</param>
/// <param name="Reason">In words.</param>
internal sealed record ClosingView(int Code, string Reason);
