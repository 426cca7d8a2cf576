using Gateway.Api.Channels.Devices;
using Gateway.Api.Channels.Output;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Surfaces.Gateway.Commands;
using Gateway.Api.Surfaces.Gateway.Devices;
using Gateway.Api.Wire;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>One device's socket: its messages do what the endpoints of the same names do, by the same code.</summary>
internal sealed class DeviceSocket(
    string deviceId,
    string secretHash,
    DeviceChannels channels,
    DeviceConfig config,
    HeartbeatIntake heartbeats,
    ICommandQueue queue,
    IOutputSink output,
    ILogger logger) : GatewaySocket(logger)
{
    private const string Status = "status", Result = "command_result", Output = "output", Extend = "extend";

    /// <inheritdoc />
    public override Task ClosedAsync(SocketClose close) =>
        channels.DetachAsync(deviceId, Connection.Id, isReplaced: close == SocketClose.Replaced);

    /// <inheritdoc />
    protected override async Task BeginAsync(CancellationToken cancellationToken)
    {
        Connection.TrySend(config.Message);
        if (!await channels.TryAttachAsync(deviceId, secretHash, Connection, Write, cancellationToken)) Connection.Close(SocketClose.TryLater);
    }

    /// <inheritdoc />
    protected override Task TakeAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        switch (message.Type)
        {
            case Status:
                return TakeStatusAsync(message, cancellationToken);
            case Result:
                return TakeResultAsync(message, cancellationToken);
            case Output:
                return TakeOutputAsync(message, cancellationToken);
            case Extend:
                return TakeExtendAsync(message, cancellationToken);
            default:
                RefuseType(message, Status, Result, Output, Extend);
                return Task.CompletedTask;
        }
    }

    private static ReadOnlyMemory<byte> Write(ClaimedCommand command) =>
        GatewayMessages.Of("command", ClaimedView.Of(command), Answer.Json.ClaimedView);

    private async Task TakeStatusAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        if (message.ReadData(HeartbeatRequest.Read).TryGet(out var request, out var refused))
            Acknowledge(message, await heartbeats.TakeAsync(deviceId, request, cancellationToken), Answer.Json.HeartbeatAnswer);
        else
            Refuse(message, refused);
    }

    private async Task TakeResultAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        if (message.ReadData(body => new OfCommand<ResultRequest>(body.Text("commandId", 1, WireLimits.Token), ResultRequest.Read(body)))
            .TryGet(out var request, out var refused))
        {
            var submitted = await ResultEndpoint.ApplyAsync(deviceId, request.CommandId, request.Body, queue, cancellationToken);
            Reply(message, submitted, Answer.Json.ResultAnswer);
        }
        else
        {
            Refuse(message, refused);
        }
    }

    private async Task TakeExtendAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        if (message.ReadData(body => new OfCommand<ExtendRequest>(body.Text("commandId", 1, WireLimits.Token), ExtendRequest.Read(body)))
            .TryGet(out var request, out var refused))
        {
            var extended = await ExtendEndpoint.ApplyAsync(deviceId, request.CommandId, request.Body, queue, cancellationToken);
            Reply(message, extended, Answer.Json.ExtendAnswer);
        }
        else
        {
            Refuse(message, refused);
        }
    }

    private async Task TakeOutputAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        if (message.ReadData(body => new OfCommand<OutputRequest>(body.Text("commandId", 1, WireLimits.Token), OutputRequest.Read(body)))
            .TryGet(out var request, out var refused))
        {
            var taken = await OutputEndpoints.AcceptAsync(deviceId, request.CommandId, request.Body, output, cancellationToken);
            Reply(message, taken, Answer.Json.OutputAnswer);
        }
        else
        {
            Refuse(message, refused);
        }
    }

    /// <summary>A request about a command, whose id is in a path over HTTP.</summary>
    private sealed record OfCommand<T>(string CommandId, T Body);
}
