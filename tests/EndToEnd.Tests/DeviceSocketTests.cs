using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>A device's socket on the program as it is.</summary>
public sealed class DeviceSocketTests
{
    [Fact]
    public async Task Server_Stopped_SendsTheDeviceAwayAndGoesOnWithItAfterTheRestart_NoLogHasTheSecret()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench, new Dictionary<string, string?>
        {
            ["Serilog__MinimumLevel__Override__Microsoft.AspNetCore"] = "Debug",
        });
        using var alice = await server.CustomerAsync();
        using var device = await SocketDevice.RegisterAsync(server, alice, "pi-1");
        await device.ConnectAsync();
        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");
        await alice.SendAsync(session, "first", new { });
        await device.FinishAsync(await device.CommandAsync());
        var held = await alice.SendAsync(session, "second", new { });
        var command = await device.CommandAsync();

        server.Process.Terminate();

        var hint = await device.ReceiveAsync();
        Assert.Equal("reconnect", hint.GetProperty("type").GetString());
        Assert.InRange(hint.GetProperty("data").GetProperty("retryAfterMs").GetInt32(), 0, 5_000);
        Assert.Equal(1001, await device.ClosedAsync());
        Assert.Equal(0, await server.Process.ExitAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains("secret=hidden", server.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(device.Secret, server.Process.Output + server.Process.Errors, StringComparison.Ordinal);

        await server.StartAsync();
        await device.ConnectAsync();
        var again = await device.CommandAsync();
        Assert.Equal(held, again.GetProperty("id").GetString());
        Assert.Equal(command.GetProperty("claimToken").GetString(), again.GetProperty("claimToken").GetString());
        await device.FinishAsync(command);
        await alice.UntilAsync(session, held, "completed");
    }

    [Fact]
    public async Task Server_Killed_DeviceComesBackWithItsClaimsAndGetsTheRest()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        using var device = await SocketDevice.RegisterAsync(server, alice, "pi-1");
        await device.ConnectAsync();
        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");
        var sent = new List<string>();
        for (var i = 0; i < 12; i++) sent.Add(await alice.SendAsync(session, "work", new { }));
        var held = await device.CommandAsync();

        await server.Process.KillAsync();
        await server.StartAsync();
        await device.ConnectAsync();

        // Ten at a time, none lost, none twice: who held a claim when the server died holds it again.
        var given = new List<JsonElement>();
        for (var i = 0; i < 10; i++) given.Add(await device.CommandAsync());
        Assert.Equal(held.GetProperty("claimToken").GetString(), given[0].GetProperty("claimToken").GetString());
        foreach (var done in given[..2]) await device.SendAsync(SocketDevice.ResultOf(done));
        for (var i = 0; i < 2; i++) given.Add(await device.CommandAsync());
        Assert.Equal(sent, given.Select(command => command.GetProperty("id").GetString()));
        Assert.All(given, command => Assert.Equal(1, command.GetProperty("attempt").GetInt32()));
    }
}
