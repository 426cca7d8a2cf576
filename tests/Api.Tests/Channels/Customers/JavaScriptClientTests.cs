using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Gateway.Api.Tests.Gateway;
using Gateway.TestKit;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>Microsoft's JavaScript client, as pages use it, under Node; the folder <c>Channels/Node</c> has it after <c>npm ci</c>.</summary>
public sealed class JavaScriptClientTests
{
    [Fact]
    public async Task JavaScriptClient_FollowsADevice_UntilTheServerStops()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var (customer, device, session) = await StartAsync(own);
        using var node = Start(new Uri(own.Client.BaseAddress!, "/hubs/portal"), own.TokenOf(customer.Id), device.Id);
        try
        {
            Assert.Contains("NOT_FOUND: Device not found", (await NextAsync(node)).Is("refused").Text("data.message"), StringComparison.Ordinal);

            // The answer and the message go each their own way.
            Message[] both = [await NextAsync(node), await NextAsync(node)];
            Assert.Equal(["answer", "subscribed"], both.Select(message => message.Type).Order(StringComparer.Ordinal));
            Assert.All(both, message => Assert.Equal(session, message.Text("data.session.id")));
            Assert.True(JsonElement.DeepEquals(both[0].Find("data")!.Value, both[1].Find("data")!.Value));
            await SendAsync(customer, session, new { type = "ping", parameters = new { text = "ünïcode ✓" }, requiresApproval = true });
            Assert.Equal("ünïcode ✓", (await NextAsync(node)).Is("command_update").Text("data.command.parameters.text"));
            await device.PostAsync("/api/v1/device/heartbeat", new { timestamp = "2026-01-01T00:00:00Z", status = "busy" });
            Assert.Equal("busy", (await NextAsync(node)).Is("device_status").Text("data.status"));
            var stopped = own.StopAsync();
            (await NextAsync(node)).Is("reconnect");
            (await NextAsync(node)).Is("closing");
            (await NextAsync(node)).Is("closed");
            await stopped;
        }
        finally
        {
            if (!node.HasExited) node.Kill();
        }
    }

    private static async Task<Message> NextAsync(Process node)
    {
        var line = await node.StandardOutput.ReadLineAsync().WaitAsync(Wait.Limit);
        return new Message(line ?? throw new InvalidOperationException($"Node has ended: {await node.StandardError.ReadToEndAsync()}"));
    }

    private static Process Start(Uri url, string token, string deviceId)
    {
        var folder = Folder();
        if (!Directory.Exists(Path.Combine(folder, "node_modules"))) Requirement.Missing($"@microsoft/signalr (npm ci in {folder})");
        var start = new ProcessStartInfo("node", ["portal.mjs", url.ToString(), deviceId])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GATEWAY_TOKEN"] = token;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Requirement.Missing("Node.js");
            throw;
        }
    }

    private static string Folder()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Gateway.sln"))) root = root.Parent!;
        return Path.Combine(root.FullName, "tests", "Api.Tests", "Channels", "Node");
    }
}
