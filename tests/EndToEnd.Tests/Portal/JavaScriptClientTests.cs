using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests.Portal;

/// <summary>Microsoft's JavaScript client, from npm, in a page of chromium: what a customer's own page does with <c>/hubs/portal</c>.</summary>
public sealed class JavaScriptClientTests
{
    private const string Kinds = "['subscribed', 'device_status', 'command_update', 'output', 'reconnect']";

    [Fact]
    public async Task JavaScriptClient_InABrowser_FollowsADeviceAndComesBackWhenTheServerDoes()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        using var device = await SocketDevice.RegisterAsync(server, alice, "pi-1");
        await device.ConnectAsync();
        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");
        await using var browser = await BrowserPage.OpenAsync(server.Url);
        await ConnectAsync(browser, server, await TokenAsync(bench, server));
        await SeenAsync(browser, "the snapshot", """m => m.type === 'subscribed' && m.data.deviceId === 'pi-1'""");

        await device.SendAsync(new { type = "status", data = new { timestamp = "2026-01-01T00:00:00Z", status = "busy" } });
        await SeenAsync(browser, "the status", "m => m.type === 'device_status' && m.data.status === 'busy'");
        var id = await alice.SendAsync(session, "ping", new { text = "ünïcode ✓" });
        var command = await device.CommandAsync();
        await device.SendAsync(new
        {
            type = "output",
            data = new { commandId = id, claimToken = command.GetProperty("claimToken").GetString(), chunk = 0, offset = 0, text = "halfway" },
        });
        await SeenAsync(browser, "the output", "m => m.type === 'output' && m.data.text === 'halfway'");
        await device.FinishAsync(command);
        await SeenAsync(browser, "the command's end", $"m => m.type === 'command_update' && m.data.command.id === '{id}' && m.data.command.status === 'completed'");

        await server.Process.KillAsync();
        await server.StartAsync();
        await Wait.UntilAsync("a snapshot after the reconnection", () => browser.Page.EvaluateAsync<bool>(
            "() => window.reconnected === 1 && window.messages.filter(m => m.type === 'subscribed').length > 1"));
        Assert.Empty(browser.Problems);
    }

    /// <summary>Puts the client into a page of the server that has no content policy; it connects, subscribes, and does so again when it has come back.</summary>
    private static async Task ConnectAsync(BrowserPage browser, GatewayServer server, string token)
    {
        var script = Path.Combine(BuiltProgram.Root, "tests", "Api.Tests", "Channels", "Node", "node_modules", "@microsoft", "signalr", "dist", "browser", "signalr.js");
        if (!File.Exists(script)) Requirement.Missing("@microsoft/signalr (npm ci in tests/Api.Tests/Channels/Node)");
        await browser.Page.GotoAsync("/version");
        await browser.Page.AddScriptTagAsync(new() { Path = script });
        await browser.Page.EvaluateAsync(
            $$"""
            async token => {
              window.messages = [];
              window.reconnected = 0;
              const connection = new signalR.HubConnectionBuilder()
                .withUrl('/hubs/portal', { accessTokenFactory: () => token })
                .withAutomaticReconnect(Array(200).fill(200))
                .build();
              for (const type of {{Kinds}}) connection.on(type, data => window.messages.push({ type, data }));
              connection.onreconnected(() => { window.reconnected++; return connection.invoke('Subscribe', 'pi-1'); });
              await connection.start();
              await connection.invoke('Subscribe', 'pi-1');
            }
            """,
            token);
    }

    private static Task SeenAsync(BrowserPage browser, string what, string which) =>
        Wait.UntilAsync($"{what} in the page", () => browser.Page.EvaluateAsync<bool>($"() => window.messages.some({which})"));

    private static async Task<string> TokenAsync(Bench bench, GatewayServer server)
    {
        var command = bench.Start("token", BuiltProgram.Api, ["token", "--customer", "alice"], server.Settings);
        Assert.Equal(0, await command.ExitAsync());
        return command.Output.Trim();
    }
}
