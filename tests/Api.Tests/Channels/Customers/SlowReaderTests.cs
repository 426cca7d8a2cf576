using System.Text.Json;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Output;
using Gateway.Api.Tests.Gateway;
using Gateway.Queue.Observers;
using Microsoft.Extensions.DependencyInjection;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>Who does not read is closed alone.</summary>
public sealed class SlowReaderTests
{
    private const int Live = 500;

    [Fact]
    public async Task OneReader_OfFiveHundredStalls_TheOthersGetEverything()
    {
        await using var host = new GatewayHost(new() { ["Gateway:Channels:ConnectionsPerCustomer"] = "600" });
        await host.InitializeAsync();
        var (customer, device, session) = await StartAsync(host);
        var noisy = await host.NewDeviceAsync(customer);
        var clients = new List<CustomerClient>();
        for (var i = 0; i < Live; i++) clients.Add(await CustomerClient.SubscribeAsync(host, customer, device.Id));
        await using var stalled = await CustomerClient.SubscribeAsync(host, customer, device.Id);
        await stalled.SubscribeAsync(noisy.Id);
        await using var reading = await CustomerClient.SubscribeAsync(host, customer, noisy.Id);

        // Far more than all buffers between here and there hold; one who reads gets every piece.
        var before = clients[0].Seq;
        for (var i = 0; i < 1_500; i++)
        {
            Print(host, noisy.Id, i);
            Assert.Equal(i, (await reading.NextAsync()).Is("output").Number("data.chunk"));
            if (i % 300 == 0) await SendAsync(customer, session, new { type = "ping" });
        }

        foreach (var client in clients) await client.ReadThroughAsync(before + 5);
        Assert.Equal(4010, await stalled.Socket.ClosedAsync());
        foreach (var client in clients) await client.DisposeAsync();
    }

    [Fact]
    public async Task PortalReader_Stalls_ItsConnectionIsCutAndTheOthersGetEverything()
    {
        await using var host = new GatewayHost();
        await host.InitializeAsync();
        var customer = host.NewCustomer();
        var noisy = await host.NewDeviceAsync(customer);
        var token = host.TokenOf(customer.Id);
        await using var stalled = await TestSocket.ConnectAsync(host.Client.BaseAddress!, $"/hubs/portal?access_token={token}");
        await stalled.SendTextAsync("{\"protocol\":\"json\",\"version\":1}\u001e");
        await stalled.SendTextAsync($$"""{"type":1,"invocationId":"1","target":"Subscribe","arguments":["{{noisy.Id}}"]}""" + "\u001e");
        await using var reading = await PortalClient.ConnectAsync(host, token);
        await reading.SubscribeAsync(noisy.Id);
        (await reading.NextAsync()).Is("subscribed");
        var channels = host.Services.GetRequiredService<CustomerChannels>();
        Assert.Equal(2, channels.Connections.Count());

        for (var i = 0; i < 1_500; i++)
        {
            Print(host, noisy.Id, i);
            Assert.Equal(i, (await reading.NextAsync()).Is("output").Number("data.chunk"));
        }

        await Wait.UntilAsync("the stalled one is gone", () => channels.Connections.Count() == 1);
    }

    /// <summary>A command prints 16 KiB.</summary>
    private static void Print(GatewayHost on, string deviceId, int chunk)
    {
        var output = new LiveOutputChunk("01ARZ3NDEKTSV4RRFFQ69G5FAV", 1, chunk, chunk * 16_384L, new string('x', 16_384), null);
        var data = JsonSerializer.SerializeToElement(output, LiveOutputJson.Default.LiveOutputChunk);
        foreach (var observer in on.Services.GetServices<ILiveObserver>()) observer.OnLive(deviceId, "output", data);
    }
}
