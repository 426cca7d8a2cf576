using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Wire;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>One customer's raw socket: <c>subscribe</c>, <c>unsubscribe</c>, and what follows from them.</summary>
internal sealed class CustomerSocket(string customerId, DateTimeOffset endsAt, CustomerChannels channels, ILogger logger)
    : GatewaySocket(logger), ICustomerConnection
{
    private const string Subscribe = "subscribe", Unsubscribe = "unsubscribe";

    /// <inheritdoc />
    public string CustomerId => customerId;

    /// <inheritdoc />
    public DateTimeOffset EndsAt => endsAt;

    /// <inheritdoc />
    public bool TrySend(CustomerMessage message) => Connection.TrySend(message.Text);

    /// <inheritdoc />
    public void Close(SocketClose why) => Connection.Close(why);

    /// <inheritdoc />
    public override Task ClosedAsync(SocketClose close)
    {
        channels.Leave(this);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        channels.Join(this);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    protected override Task TakeAsync(ClientMessage message, CancellationToken cancellationToken)
    {
        if (message.Type is not (Subscribe or Unsubscribe))
        {
            RefuseType(message, Subscribe, Unsubscribe);
            return Task.CompletedTask;
        }

        return AnswerAsync<DeviceReference, DeviceReference>(
            message,
            // The owner's name for a device that cannot exist is no mistake of form: it is not found, as in a path.
            body => new DeviceReference(body.Text("deviceId", 1, WireLimits.Token)),
            async wish =>
            {
                if (message.Type == Unsubscribe) channels.Unsubscribe(this, wish.DeviceId);
                else if (CustomerSubscriptions.RefusalOf(await channels.SubscribeAsync(this, wish.DeviceId, cancellationToken)) is { } refused) return refused;
                return wish;
            },
            Answer.Json.DeviceReference);
    }
}
