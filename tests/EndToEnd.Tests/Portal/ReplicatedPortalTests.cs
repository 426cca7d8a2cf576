using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;
using Microsoft.Playwright;

namespace Gateway.EndToEnd.Tests.Portal;

/// <summary>The portal behind a load balancer that keeps nobody with one replica.</summary>
public sealed class ReplicatedPortalTests
{
    [Fact]
    public async Task Customer_WhoseRequestsGoToAnyReplica_StaysSignedIn_AlsoWhenOneIsKilled()
    {
        await using var bench = new Bench();
        await using var postgres = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        var database = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        using var deployment = await ReplicatedDeployment.StartAsync(bench, BuiltProgram.LocalComponents, database, actors: 0);
        await using var balancer = new Network(deployment.Servers);
        using var alice = await deployment.Servers[0].CustomerAsync();
        foreach (var id in (string[])["pi-1", "pi-2"]) await alice.ProvisionAsync(id);
        await using var browser = await BrowserPage.OpenAsync(balancer.Url);
        var page = browser.Page;

        await browser.SignInAsync("alice");
        for (var i = 0; i < 2; i++)
        {
            await page.ReloadAsync();
            await browser.LiveAsync();
        }

        // Its circuit works: what is typed filters the list.
        await page.GetByRole(AriaRole.Searchbox).FillAsync("pi-2");
        await browser.SeeAsync("1 device");

        // Whether it had the page or not: the other has it now.
        await deployment.Servers[0].Process.KillAsync();
        await browser.LiveAsync();
        await page.ReloadAsync();
        await browser.LiveAsync();
        await browser.SeeAsync("1 device");
        Assert.Empty(browser.Problems);
    }
}
