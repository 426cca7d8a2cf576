using System.Text.Json;
using Gateway.Api.Auth;
using Gateway.Api.Channels;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Sockets;
using Gateway.Queue;
using Gateway.Storage;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>
/// <c>/hubs/portal</c> (docs/channels.md): customers' channels over SignalR. Hub methods <c>Subscribe(deviceId)</c> and <c>Unsubscribe(deviceId)</c>; client
/// methods are the types of raw messages, each with its data.
/// </summary>
internal sealed class PortalHub(
    CustomerChannels channels,
    PortalConnections connections,
    IHubContext<PortalHub> hub,
    IOptions<ChannelOptions> options,
    SocketMetrics metrics,
    TimeProvider time,
    ILogger<PortalHub> logger) : Hub
{
    private static readonly object Key = new();

    private PortalConnection Connection => Find(Context.Items) ?? throw new InvalidOperationException("The connection has not been opened.");

    /// <summary>The customer's connection among the items of SignalR's; null: it is not open yet.</summary>
    public static PortalConnection? Find(IDictionary<object, object?> items) => items.TryGetValue(Key, out var found) ? (PortalConnection?)found : null;

    /// <summary>What a connection is told before it is cut: SignalR has no close codes.</summary>
    public static CustomerMessage Closing(SocketClose why) =>
        new("closing", GatewayMessages.Of("closing", new ClosingView(why.Code, why.Reason), Answer.Json.ClosingView));

    /// <inheritdoc />
    public override Task OnConnectedAsync()
    {
        var user = Context.User!;
        var connection = new PortalConnection(
            user.CustomerId(), user.TokenEndsAt(), hub.Clients.Client(Context.ConnectionId), Context.Abort, Context.GetHttpContext()!.Abort, options.Value, metrics, time);
        Context.Items[Key] = connection;
        connections.Add(connection);
        channels.Join(connection);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        if (Find(Context.Items) is not { } connection) return Task.CompletedTask;
        connection.Over(broke: exception is not null);
        channels.Leave(connection);
        connections.Remove(connection);
        return Task.CompletedTask;
    }

    /// <summary>Subscribes to a device; answers the snapshot, which <c>subscribed</c> brings as well, in its place among the updates.</summary>
    public async Task<JsonElement> Subscribe(string deviceId)
    {
        try
        {
            var outcome = await channels.SubscribeAsync(Connection, deviceId, Context.ConnectionAborted);
            return CustomerSubscriptions.RefusalOf(outcome) is { } refused ? throw Refusal(refused) : outcome.Snapshot!.Data;
        }
        catch (Exception e) when (e is QueueUnavailableException or StorageUnavailableException)
        {
            GatewayLog.MessageUnavailable(logger, e, nameof(Subscribe), Context.ConnectionId);
            throw Refusal(GatewayErrors.Result(GatewayErrorCode.ServiceUnavailable));
        }
    }

    /// <summary>Ends a subscription; without one nothing happens.</summary>
    public void Unsubscribe(string? deviceId)
    {
        if (deviceId is not null) channels.Unsubscribe(Connection, deviceId);
    }

    private static HubException Refusal(GatewayErrorResult error) => new($"{GatewayErrors.NameOf(error.Code)}: {error.Message}");
}
