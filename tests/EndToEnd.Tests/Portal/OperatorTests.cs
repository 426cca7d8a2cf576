using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;
using Microsoft.Playwright;

namespace Gateway.EndToEnd.Tests.Portal;

/// <summary>An operator's work in a real browser: nodes that the test plays, the real server as a process.</summary>
public sealed class OperatorTests
{
    private const string AdminToken = "the-admins-token-of-the-tests-0123456789", NodeToken = "the-nodes-token-of-the-tests-0123456789";

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["ORCH_ADMIN_TOKEN"] = AdminToken,
        ["ORCH_NODE_TOKEN"] = NodeToken,
        // As far as requests allow the pages look once a second.
        ["Gateway__RateLimits__OrchestratorPerMinute"] = "1000",
    };

    private static readonly string[] Devices = [.. Enumerable.Range(1, 12).Select(number => $"device-{number:000}")];

    [Fact]
    public async Task Operator_RunsACommandOnThreeDevicesAndResetsANode_SeesWhatCameOfIt()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench, Settings);
        using var node = new SocketNode(server, "node-001", NodeToken);
        await node.ConnectAsync(Devices);
        await BeatAsync(node);
        using (var away = new SocketNode(server, "node-002", NodeToken)) await away.ConnectAsync("device-101", "device-102");
        await using var browser = await BrowserPage.OpenAsync(server.Url);
        var page = browser.Page;

        await page.GotoAsync("/nodes");
        await page.GetByLabel("Admin token").FillAsync("not-the-token");
        await browser.ClickAsync("Sign in");
        await browser.SeeAsync("That is not this server's admin token.");
        await browser.PictureAsync("operator-sign-in");
        await page.GetByLabel("Admin token").FillAsync(AdminToken);
        await browser.ClickAsync("Sign in");
        await browser.SeeAsync("1 of 2 nodes online, 14 devices");
        await browser.LiveAsync();
        // A new page gives its heading the focus.
        await page.Locator("h1:focus").WaitForAsync();

        // Three devices, by the keyboard and with Shift.
        await page.GetByLabel("Select device-004").FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await browser.SeeAsync("1 selected");
        await page.GetByLabel("Select device-006").ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await browser.SeeAsync("3 selected");
        await browser.PictureAsync("nodes");
        await browser.PhonePictureAsync("nodes-phone");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await browser.PictureAsync("nodes-dark");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await browser.ClickAsync("Run a command…");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Command", new() { Exact = true }).SelectOptionAsync("ping");
        await dialog.GetByLabel("Host").FillAsync("example.org");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();

        var progress = page.GetByRole(AriaRole.Progressbar);
        await progress.WaitForAsync();
        JsonElement[] tasks = [await node.CalledAsync("execute"), await node.CalledAsync("execute"), await node.CalledAsync("execute")];
        Assert.Equal(["device-004", "device-005", "device-006"], tasks.Select(task => task.GetProperty("device_id").GetString()).Order(StringComparer.Ordinal));
        await browser.SeeAsync("3 running");
        await EndAsync(node, tasks[0], new { sent = 4, received = 4, averageMs = 11.4 });
        await node.TellAsync("task_result", new { task_id = tasks[1].GetProperty("task_id").GetString(), status = "failed", error = "example.org: unknown host" });
        await browser.SeeAsync("1 failed");
        await browser.SeeAsync("unknown host");
        await browser.PictureAsync("run");
        await EndAsync(node, tasks[2], new { sent = 4, received = 4, averageMs = 12.9 });
        await browser.SeeAsync("It has ended on every device.");
        Assert.Equal(("3", "3"), (await progress.GetAttributeAsync("aria-valuenow"), await progress.GetAttributeAsync("aria-valuemax")));

        // One device: what it did, and something to do that a reset takes back.
        await page.GetByLabel("Devices of this command").GetByText(tasks[0].GetProperty("device_id").GetString()!).ClickAsync();
        await browser.SeeAsync("averageMs");
        await browser.ClickAsync("Run");
        var running = await node.CalledAsync("execute");
        await page.GetByLabel("Queue").GetByText("Running").WaitForAsync();
        await browser.PictureAsync("node-device");

        await page.GetByRole(AriaRole.Link, new() { Name = "node-001" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Reset node-001…" }).ClickAsync();
        await dialog.GetByLabel("Reason").FillAsync("It answers slowly");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Reset node-001" }).ClickAsync();
        await browser.SeeAsync("Type node-001 exactly.");
        await browser.PictureAsync("reset-dialog");
        await dialog.GetByLabel("Type node-001 to confirm").FillAsync("node-001");
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(1, (await node.CalledAsync("reset")).GetProperty("level").GetInt32());
        Assert.Equal(1012, await node.ClosedAsync());
        await browser.SeeAsync("Completed");
        await browser.SeeAsync(running.GetProperty("task_id").GetString()!);
        await browser.SeeAsync("1 of 1 confirmed");
        await node.ConnectAsync(Devices);
        await browser.SeeAsync("back after");
        await browser.PictureAsync("emergency");
        Assert.Equal(2, (await node.CalledAsync("execute")).GetProperty("attempt").GetInt32());

        // What level 2 asks for, up to the last press.
        await page.GetByRole(AriaRole.Link, new() { Name = "Nodes" }).First.ClickAsync();
        await browser.ClickAsync("Emergency…");
        await dialog.GetByLabel("2, the service").CheckAsync();
        await dialog.GetByLabel("Reason").FillAsync("Level 1 has not helped");
        await dialog.GetByLabel("Approver").FillAsync("orion");
        await browser.ClickAsync("Get a confirm code");
        Assert.Matches("^[A-Z0-9]{6}$", await dialog.Locator(".code-big").InnerTextAsync());
        await browser.PictureAsync("service-reset");
        await dialog.GetByLabel("Type the code to confirm").FillAsync("orchestrator");
        await browser.ClickAsync("Restart the service");
        await dialog.GetByText("exactly.").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.True(await page.GetByRole(AriaRole.Button, new() { Name = "Emergency…" }).EvaluateAsync<bool>("button => button === document.activeElement"));

        await browser.ClickAsync("Sign out");
        await browser.SeeAsync("You have signed out.");
        Assert.Empty(browser.Problems);
    }

    /// <summary>A heartbeat with devices in every state.</summary>
    private static Task BeatAsync(SocketNode node) => node.TellAsync("heartbeat", new
    {
        node_id = "node-001",
        name = "Seoul Node 1",
        version = "1.4.0",
        metrics = new { cpu = 45, memory = 60, disk = 30 },
        devices = Devices.Select((id, at) => new
        {
            id,
            serial = $"R58M{12345 + at}",
            status = at switch { 0 or 1 => "active", 8 => "error", 11 => "offline", _ => "idle" },
        }),
    });

    private static Task EndAsync(SocketNode node, JsonElement task, object result) =>
        node.TellAsync("task_result", new { task_id = task.GetProperty("task_id").GetString(), status = "completed", result });
}
