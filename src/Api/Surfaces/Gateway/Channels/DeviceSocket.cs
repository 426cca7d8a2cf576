using System.Text.Json.Serialization.Metadata;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Channels.Output;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Requests;
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
    private const string Status = "status", Result = "command_result", Output = "output", Extend = "extend", Release = "release", Drain = "drain";

    /// <inheritdoc />
    public override Task ClosedAsync(SocketClose close) =>
        channels.DetachAsync(deviceId, Connection.Id, isReplaced: close == SocketClose.Replaced);

    /// <inheritdoc />
    protected override async Task BeginAsync(CancellationToken cancellationToken)
    {
        Connection.TrySend(config.Message);
        if (!await channels.TryAttachAsync(deviceId, secretHash, new SocketLine(Connection, Write), ChannelTerms.Default, cancellationToken)) Connection.Close(SocketClose.TryLater);
    }

    /// <inheritdoc />
    protected override Task TakeAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        switch (message.Type)
        {
            case Status:
                return AnswerAsync(
                    message, HeartbeatRequest.Read, async body => await heartbeats.TakeAsync(deviceId, body, cancellationToken), Answer.Json.HeartbeatAnswer);
            case Result:
                return TakeOfCommandAsync(
                    message, ResultRequest.Read, (id, body) => ResultEndpoint.ApplyAsync(deviceId, id, body, queue, cancellationToken), Answer.Json.ResultAnswer);
            case Output:
                return TakeOfCommandAsync(
                    message, OutputRequest.Read, (id, body) => OutputEndpoints.AcceptAsync(deviceId, id, body, output, cancellationToken), Answer.Json.OutputAnswer);
            case Extend:
                return TakeOfCommandAsync(
                    message, ExtendRequest.Read, (id, body) => ExtendEndpoint.ApplyAsync(deviceId, id, body, queue, cancellationToken), Answer.Json.ExtendAnswer);
            case Release:
                return TakeOfCommandAsync(
                    message, ReleaseRequest.Read, (id, body) => ReleaseEndpoint.ApplyAsync(deviceId, id, body, queue, cancellationToken), Answer.Json.ReleaseAnswer);
            case Drain:
                return TakeDrainAsync(message, cancellationToken);
            default:
                RefuseType(message, Status, Result, Output, Extend, Release, Drain);
                return Task.CompletedTask;
        }
    }

    private static ReadOnlyMemory<byte> Write(ClaimedCommand command) =>
        GatewayMessages.Of("command", ClaimedView.Of(command), Answer.Json.ClaimedView);

    /// <summary>Takes a message about a command: its id, which over HTTP is in the path, and the body of the endpoint of that name.</summary>
    private Task TakeOfCommandAsync<TRequest, TAnswer>(
        ClientMessage message, Func<FieldReader, TRequest> read, Func<string, TRequest, Task<OrError<TAnswer>>> apply, JsonTypeInfo<TAnswer> answer)
        where TAnswer : class => AnswerAsync(
            message,
            body => new OfCommand<TRequest>(body.Text("commandId", 1, WireLimits.Token), read(body)),
            request => apply(request.CommandId, request.Body),
            answer);

    private async Task TakeDrainAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        await channels.DrainAsync(deviceId, Connection.Id, cancellationToken);
        Acknowledge(message, new DrainAnswer(true), Answer.Json.DrainAnswer);
    }

    /// <summary>A request about a command, whose id is in a path over HTTP.</summary>
    private sealed record OfCommand<T>(string CommandId, T Body);
}

/// <summary>No command comes over this connection any more.</summary>
internal sealed record DrainAnswer(bool Success);
