using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Sockets;
using Microsoft.Extensions.DependencyInjection;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>A device is watched as long as somebody is subscribed, and a little longer.</summary>
public sealed class CustomerWatchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_BeginsWithTheFirstSubscriberAndEndsHalfAMinuteAfterTheLast()
    {
        await using var own = await NewHostAsync();
        var customer = own.NewCustomer();
        var device = await own.NewDeviceAsync(customer);
        await using var first = await CustomerClient.SubscribeAsync(own, customer, device.Id);
        await using var second = await CustomerClient.SubscribeAsync(own, customer, device.Id);
        Assert.True(await IsWatchedAsync());

        await first.DisposeAsync();
        await second.Socket.SendAsync(new { type = "unsubscribe", data = new { deviceId = device.Id } });
        Assert.Equal("asked", (await second.NextAsync()).Is("unsubscribed").Text("data.reason"));
        var channels = own.Services.GetRequiredService<CustomerChannels>();
        await Wait.UntilAsync("nobody is subscribed", () => channels.Connections.Count() == 1);
        own.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Single(channels.Watched);
        await AdvanceUntilAsync(own, Wait.UntilAsync("nobody watches", async () => !await IsWatchedAsync()));
        await Wait.UntilAsync("it is forgotten", () => !channels.Watched.Any());

        // And from the beginning again.
        await second.SubscribeAsync(device.Id);
        Assert.True(await IsWatchedAsync());

        async Task<bool> IsWatchedAsync() => !(await own.Queue.ReadHeadAsync(device.Id, TimeSpan.Zero, Token)).Watchers.IsEmpty;
    }

    [Fact]
    public async Task Subscriber_GoneWhileItsSnapshotIsRead_IsForgotten()
    {
        await using var own = await NewHostAsync();
        var customer = own.NewCustomer();
        var device = await own.NewDeviceAsync(customer);
        var channels = own.Services.GetRequiredService<CustomerChannels>();
        var leaving = new Leaving(customer.Id, channels);
        channels.Join(leaving);
        await channels.SubscribeAsync(leaving, device.Id, Token);
        own.Time.Advance(TimeSpan.FromSeconds(1));
        own.Time.Advance(CustomerChannels.UnwatchAfter);
        await AdvanceUntilAsync(own, Wait.UntilAsync("it is not watched", () => !channels.Watched.Any()));
    }

    /// <summary>It has ended by the time its snapshot is read.</summary>
    private sealed class Leaving(string customerId, CustomerChannels channels) : ICustomerConnection
    {
        public string CustomerId
        {
            get
            {
                channels.Leave(this);
                return customerId;
            }
        }

        public DateTimeOffset EndsAt => DateTimeOffset.MaxValue;

        public bool TrySend(CustomerMessage message) => false;

        public void Close(SocketClose why)
        {
            // It has ended.
        }
    }
}
