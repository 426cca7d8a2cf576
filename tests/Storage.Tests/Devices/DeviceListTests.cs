using Gateway.Core.Devices;
using Gateway.Storage.Devices;
using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.Devices;

public abstract class DeviceListTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task List_DevicesOfACustomer_AreByNameWhateverTheirCase()
    {
        await ProvisionAsync("d-5", name: "öl");
        await ProvisionAsync("d-4", name: "banana");
        await ProvisionAsync("d-3", name: "Banana");
        await ProvisionAsync("d-2", name: "apple");
        await ProvisionAsync("aa-unnamed");
        await ProvisionAsync("d-1", "bob", "aardvark");

        var page = await Store.Devices.ListAsync("alice", PresenceFilter.All, null, 50, 0, Token);

        Assert.Equal(5, page.Total);
        Assert.Equal(["aa-unnamed", "d-2", "d-3", "d-4", "d-5"], page.Items.Select(device => device.Id));
    }

    [Fact]
    public async Task List_Pages_HoldEachDeviceOnce()
    {
        foreach (var i in Enumerable.Range(0, 7)) await ProvisionAsync("pi-" + i, name: "same name");

        var ids = new List<string>();
        for (var offset = 0; offset < 7; offset += 3)
            ids.AddRange((await Store.Devices.ListAsync("alice", PresenceFilter.All, null, 3, offset, Token)).Items.Select(device => device.Id));

        Assert.Equal(Enumerable.Range(0, 7).Select(i => "pi-" + i), ids);
        var beyond = await Store.Devices.ListAsync("alice", PresenceFilter.All, null, 3, 100, Token);
        Assert.Equal((0, 7), (beyond.Items.Count, (int)beyond.Total));
    }

    [Fact]
    public async Task List_ByPresence_CountsBusyAndErrorAsOnline()
    {
        foreach (var id in new[] { "online", "busy", "error", "gone", "never" }) await RegisterAsync(id);
        await Store.Presence.WriteHeartbeatsAsync([new("gone", Now, "online", null, null)], Token);
        Time.Advance(TimeSpan.FromMinutes(5));
        await Store.Presence.WriteHeartbeatsAsync(
            [.. new[] { "online", "busy", "error" }.Select(status => new Heartbeat(status, Now, status, null, null))], Token);
        await Store.Presence.MarkOfflineAsync(Now, Token);

        var online = await Store.Devices.ListAsync("alice", PresenceFilter.Online, null, 2, 0, Token);
        var offline = await Store.Devices.ListAsync("alice", PresenceFilter.Offline, null, 50, 0, Token);

        Assert.Equal(["busy", "error"], online.Items.Select(device => device.Presence.Status));
        Assert.Equal(3, online.Total);
        Assert.Equal(["gone", "never"], offline.Items.Select(device => device.Id));
        Assert.Equal(2, offline.Total);
    }

    [Theory]
    [InlineData("KITCHEN", "pi-1")]
    [InlineData("küche", "pi-2")]
    [InlineData("PI-3", "pi-3")]
    [InlineData("hall", "pi-3")]
    [InlineData("100%", "pi-4")]
    [InlineData("a_b", "a_b")]
    [InlineData("pi-", "pi-1", "pi-2", "pi-3", "pi-4")]
    [InlineData("' or 1=1 --")]
    public async Task List_BySearch_FindsPartsOfIdNameAndLocation(string search, params string[] found)
    {
        await ProvisionAsync("pi-1", name: "1 kitchen");
        await ProvisionAsync("pi-2", name: "2 KÜCHE");
        await Store.Devices.ProvisionAsync(new("pi-3", "alice", "3 door", "Hall 2", "code", Now.AddDays(1)), Now, Token);
        await ProvisionAsync("pi-4", name: "4 is 100% well");
        await ProvisionAsync("a_b", name: "5");
        await ProvisionAsync("axb", name: "6");
        await ProvisionAsync("pi-5", "bob", "kitchen");

        var page = await Store.Devices.ListAsync("alice", PresenceFilter.Offline, search, 50, 0, Token);

        Assert.Equal(found, page.Items.Select(device => device.Id));
        Assert.Equal(found.Length, page.Total);
    }
}

public sealed class DeviceListOnSqlite() : DeviceListTests(SqliteDatabases.Instance);

public sealed class DeviceListOnPostgres(PostgresDatabases postgres) : DeviceListTests(postgres);
