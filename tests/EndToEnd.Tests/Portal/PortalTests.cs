using System.Net;
using Gateway.EndToEnd.Tests.Driver;
using Microsoft.Playwright;

namespace Gateway.EndToEnd.Tests.Portal;

/// <summary>A customer's work in a real browser, with the real agent and the real server as processes.</summary>
public sealed class PortalTests
{
    [Fact]
    public async Task Customer_FromSignInToARemediation_SeesEverythingAsItHappens()
    {
        await using var bench = new Bench();
        var script = new TalkingScript(bench);
        var server = await GatewayServer.StartAsync(bench);
        await using var browser = await BrowserPage.OpenAsync(server.Url);
        var page = browser.Page;

        await page.GotoAsync("/");
        await browser.PictureAsync("sign-in");
        await browser.SignInAsync("alice");

        // Provision, and do on the machine what the page says.
        await page.GetByRole(AriaRole.Link, new() { Name = "Add a device" }).First.ClickAsync();
        await page.GetByLabel("Device id").FillAsync("pi-1");
        await page.GetByLabel("Name").FillAsync("Front door");
        await page.GetByLabel("Location").FillAsync("Berlin, hall 2");
        // Who presses twice gets one code, and sees it.
        await page.GetByRole(AriaRole.Button, new() { Name = "Get an activation code" }).DblClickAsync();
        await browser.FocusedAsync("#activation-title");
        var command = await page.GetByLabel("The command that registers the device", new() { Exact = true }).InnerTextAsync();
        await browser.PictureAsync("provision");
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy the activation code" }).ClickAsync();
        await page.Locator("#said:not(:empty)").WaitForAsync();
        var credentials = Path.Combine(bench.NewFolder("agent"), "credentials.json");
        var register = bench.Start(
            "agent register", BuiltProgram.Agent, [.. command.Trim().Split(" -- ")[1].Split(' '), "--credentials", credentials]);
        Assert.Equal(0, await register.ExitAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "To the device", Exact = true }).ClickAsync();
        await browser.SeeAsync("Offline");
        bench.Start("agent", BuiltProgram.Agent, ["run", "--verbose", "--scripts", script.Folder, "--credentials", credentials]);
        await page.Locator(".facts .pill", new() { HasText = "Online" }).WaitForAsync();

        // By the keyboard: the question takes the button's place and its focus, and gives it back.
        await page.GetByRole(AriaRole.Button, new() { Name = "Suspend" }).PressAsync("Enter");
        await browser.FocusedAsync("[role=group] button:text('Keep it')");
        await page.Keyboard.PressAsync("Escape");
        await browser.FocusedAsync("button:text('Suspend')");

        // A diagnosis.
        await page.GetByLabel("What is it about?").FillAsync("Slow since this morning");
        await browser.ClickAsync("Start the session");
        await browser.ClickAsync("Send command");
        var newest = page.Locator(".timeline > li").First;
        await newest.GetByText("Completed").WaitForAsync();
        Assert.Contains(Environment.MachineName, await newest.GetByRole(AriaRole.Log).InnerTextAsync(), StringComparison.Ordinal);
        await browser.PictureAsync("device");
        await browser.ClickAsync("Close session");
        await page.GetByRole(AriaRole.Group, new() { Name = "Close it?" }).GetByRole(AriaRole.Button, new() { Name = "Close session" }).ClickAsync();
        await browser.ClickAsync("New session");

        // A remediation, which waits for its approval.
        await page.GetByLabel("Remediation").CheckAsync();
        await browser.ClickAsync("Start the session");
        await page.GetByLabel("Command", new() { Exact = true }).SelectOptionAsync("run_script");
        await browser.ClickAsync("Send command");
        await browser.FocusedAsync("#field-run_script-name[aria-invalid=true]");
        await page.GetByLabel("Script").FillAsync("talk");
        await browser.ClickAsync("Send command");
        await newest.GetByText("Needs approval").WaitForAsync();
        Assert.Contains("\"name\": \"talk\"", await newest.GetByLabel("What would run").InnerTextAsync(), StringComparison.Ordinal);
        await newest.GetByRole(AriaRole.Button, new() { Name = "Why is it waiting?" }).ClickAsync();
        await newest.GetByRole(AriaRole.Status).WaitForAsync();
        await browser.PictureAsync("approval");
        await browser.ClickAsync("Approve and run");
        await browser.FocusedAsync(".timeline > li:first-child > article");
        await newest.GetByText("Running").WaitForAsync();
        var output = newest.GetByRole(AriaRole.Log);
        await newest.GetByText("so far so good").WaitForAsync();
        Assert.DoesNotContain("all is well", await output.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("so far so good", await output.Locator(".t-ink-2").InnerTextAsync());
        await browser.PictureAsync("output");
        script.GoOn();
        await newest.GetByText("Completed").WaitForAsync();
        Assert.Contains("all is well", await output.InnerTextAsync(), StringComparison.Ordinal);

        // The server crashes, and is started anew: the page says so, and comes back as it was.
        await server.Process.KillAsync();
        await page.GetByRole(AriaRole.Alertdialog).WaitForAsync();
        await browser.FocusedAsync("dialog [data-reload]");
        await page.ScreenshotAsync(new() { Path = Path.Combine(BuiltProgram.Root, "docs", "portal", "disconnected.png") });
        await server.StartAsync();
        await page.GetByRole(AriaRole.Alertdialog).WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        await browser.LiveAsync();
        await page.Locator(".facts .pill", new() { HasText = "Online" }).WaitForAsync();
        await page.Locator(".timeline").GetByText("Completed").WaitForAsync();

        await browser.PhonePictureAsync("device-phone");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await browser.PictureAsync("device-dark");
        Assert.Empty(browser.Problems);
    }

    [Fact]
    public async Task Fleet_ByKeyboardAndOnAPhone_IsFoundAndFiltered()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        for (var i = 1; i <= 23; i++)
        {
            var kiosk = new { deviceId = $"pi-{i:00}", name = $"Kiosk {i:00}", location = i % 2 == 0 ? "Berlin, hall 2" : "Hamburg, pier 7" };
            await alice.PostAsync("devices/provision", kiosk, HttpStatusCode.Created);
        }

        var device = await AgentDevice.RegisterAsync(bench, server, alice, "door");
        device.Run();
        await alice.OnlineAsync(device.Id);
        await using var browser = await BrowserPage.OpenAsync(server.Url);
        var page = browser.Page;
        await browser.SignInAsync("alice");
        await browser.SeeAsync("24 devices");
        await browser.PictureAsync("fleet");
        await browser.PhonePictureAsync("fleet-phone");

        // What is found is in the address, and a second page too.
        await page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await browser.SeeAsync("Page 2 of 2");
        Assert.EndsWith("/?page=2", page.Url, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Searchbox).FillAsync("DOO");
        await browser.SeeAsync("1 device");
        Assert.EndsWith("/?search=DOO", page.Url, StringComparison.Ordinal);
        await page.ReloadAsync();
        Assert.Equal("DOO", await page.GetByRole(AriaRole.Searchbox).InputValueAsync());
        await browser.LiveAsync();

        // To the device and to its form without a mouse.
        await page.Locator(".skip").PressAsync("Enter");
        await browser.FocusedAsync("#main");
        await page.GetByRole(AriaRole.Searchbox).FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/devices/door");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the session" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send command" }).WaitForAsync();

        // Parameters may be as large as the API takes them.
        await page.GetByLabel("Command", new() { Exact = true }).SelectOptionAsync("");
        await page.GetByLabel("Type", new() { Exact = true }).FillAsync("note");
        await page.GetByLabel("Parameters as JSON").FillAsync($$"""{"text":"{{new string('x', 200_000)}}"}""");
        await browser.ClickAsync("Send command");
        await page.GetByRole(AriaRole.Article, new() { Name = "note" }).WaitForAsync();

        // A device that is locked out shows it on another page at once.
        await page.GetByRole(AriaRole.Link, new() { Name = "Devices" }).First.ClickAsync();
        await browser.LiveAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "door" }).GetByText("Online").Or(page.GetByRole(AriaRole.Link, new() { Name = "door" }).GetByText("Busy")).WaitForAsync();
        await alice.PostAsync("devices/door/suspend", new { });
        await page.GetByRole(AriaRole.Link, new() { Name = "door" }).GetByText("Suspended").WaitForAsync();

        await browser.ClickAsync("Sign out");
        await browser.SeeAsync("You have signed out.");
        await page.GotoAsync("/devices/door");
        await page.GetByLabel("Customer name").WaitForAsync();
        Assert.Empty(browser.Problems);
    }
}
