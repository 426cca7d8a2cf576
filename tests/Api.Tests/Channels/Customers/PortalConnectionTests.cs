using System.Diagnostics.Metrics;
using Gateway.Api.Channels;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Surfaces.Gateway.Channels;
using Gateway.TestKit;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>What waits for a SignalR client is bounded as for a raw socket: by number and by size.</summary>
public sealed class PortalConnectionTests
{
    [Theory]
    [InlineData(100, 256)]
    [InlineData(400 * 1024, 2)]
    public async Task TrySend_ClientDoesNotRead_TakesSoManyAndThenCuts(int size, int waiting)
    {
        var client = new Stalled();
        var isCut = false;
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new SocketMetrics(services.GetRequiredService<IMeterFactory>());
        var connection = new PortalConnection(
            "c", DateTimeOffset.MaxValue, client, () => { }, () => isCut = true, new ChannelOptions(), metrics, new ManualTimeProvider());
        var message = new CustomerMessage("output", """{"type":"output","data":{}}""".PadRight(size).Select(c => (byte)c).ToArray());
        Assert.True(connection.TrySend(message));
        await client.Sending.WaitAsync(Wait.Limit);

        for (var i = 0; i < waiting; i++) Assert.True(connection.TrySend(message), $"Only {i} wait.");
        Assert.False(connection.TrySend(message));
        Assert.True(isCut);
        Assert.Equal(SocketClose.TooSlow, connection.WhyClosed);
    }

    private sealed class Stalled : IClientProxy
    {
        private readonly TaskCompletionSource sending = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Sending => sending.Task;

        public Task SendCoreAsync(string method, object?[] args, CancellationToken cancellationToken = default)
        {
            sending.TrySetResult();
            return new TaskCompletionSource().Task;
        }
    }
}
