using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Output;
using Gateway.Api.Surfaces.Gateway.Devices;
using Gateway.Api.Surfaces.Gateway.Sessions;
using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Core.Queue;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>What customers are told of their devices, over <c>/ws/customer</c> and <c>/hubs/portal</c> alike (docs/channels.md): the views of REST, numbered.</summary>
internal sealed class CustomerWords : ICustomerWords
{
    /// <summary>Most text of one result, or of parameters to be approved, in a message, in UTF-16 units; what is longer is had by REST.</summary>
    public const int MaxText = 64 * 1024;

    /// <summary>Most text of parameters to be approved in a snapshot.</summary>
    private const int MaxSnapshotText = 256 * 1024;

    /// <inheritdoc />
    public CustomerMessage Subscribed(DeviceSnapshot snapshot)
    {
        var (state, budget) = (snapshot.State, MaxSnapshotText);
        var commands = new List<SessionCommandView>(snapshot.Commands.Count);
        foreach (var record in snapshot.Commands)
        {
            var length = record.Definition!.Parameters.Length;
            var fits = length <= Math.Min(MaxText, budget);
            if (fits && record.State == CommandState.PendingApproval) budget -= length;
            commands.Add(SessionCommandView.Of(record, showsParameters: fits));
        }

        var session = state.Session is { } active ? LiveSessionView.Of(state.Device.Id, active.Id, active.Definition) : null;
        return Of(
            "subscribed",
            new SubscribedView(state.Device.Id, snapshot.Seq, DeviceStatusView.Of(state), session, commands, snapshot.HasMore ? true : null),
            Answer.Json.SubscribedView);
    }

    /// <inheritdoc />
    public CustomerMessage Unsubscribed(string deviceId, UnsubscribeReason reason) => Of(
        "unsubscribed",
        new UnsubscribedView(deviceId, reason == UnsubscribeReason.NotOwner ? "not_owner" : "asked"),
        Answer.Json.UnsubscribedView);

    /// <inheritdoc />
    public CustomerMessage Status(DeviceState state) => Of("device_status", DeviceStatusView.Of(state), Answer.Json.DeviceStatusView);

    /// <inheritdoc />
    public CustomerMessage Command(long seq, CommandRecord record)
    {
        var shown = (record.Result?.Output?.Length ?? 0) + (record.Result?.Error?.Length ?? 0) <= MaxText;
        var view = SessionCommandView.Of(record, shown, showsParameters: record.Definition!.Parameters.Length <= MaxText);
        return Of("command_update", new CommandUpdate(record.DeviceId, seq, view), Answer.Json.CommandUpdate);
    }

    /// <inheritdoc />
    public CustomerMessage Session(string deviceId, QueueEvent e)
    {
        var hasEnded = e.Kind == QueueEventKind.SessionEnded;
        var view = LiveSessionView.Of(deviceId, e.SessionId!, e.Session!, hasEnded ? e.At : null, hasEnded ? e.By : null);
        return Of("session_update", new SessionUpdate(deviceId, e.Seq, view), Answer.Json.SessionUpdate);
    }

    /// <inheritdoc />
    public CustomerMessage? Live(string deviceId, string kind, JsonElement data) =>
        kind == LiveOutput.Kind && data.Deserialize(LiveOutputJson.Default.LiveOutputChunk) is { } chunk
            ? Of("output", OutputUpdate.Of(deviceId, chunk), Answer.Json.OutputUpdate)
            : null;

    private static CustomerMessage Of<T>(string type, T data, JsonTypeInfo<T> info) => new(type, GatewayMessages.Of(type, data, info));
}
