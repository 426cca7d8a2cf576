using Gateway.Core.Devices;
using Gateway.Storage.Devices;
using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.Devices;

public abstract class PresenceStoreTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task WriteHeartbeats_FirstOfADevice_TellsThatItCameOnline()
    {
        await RegisterAsync("pi-1", "alice");

        var changes = await Store.Presence.WriteHeartbeatsAsync([new("pi-1", Now, "busy", """{"cpu":1}""", """{"d":"\u0000"}""")], Token);

        Assert.Equal([new PresenceChange("pi-1", "alice", "offline", "busy", Now)], changes);
        Assert.Equal(new Presence("busy", Now, """{"cpu":1}""", """{"d":"\u0000"}"""), await PresenceOfAsync("pi-1"));
    }

    [Fact]
    public async Task WriteHeartbeats_SameStatusAgain_TellsNothing()
    {
        await RegisterAsync("pi-1");
        await Store.Presence.WriteHeartbeatsAsync([new("pi-1", Now, "online", "{}", "{}")], Token);
        Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Empty(await Store.Presence.WriteHeartbeatsAsync([new("pi-1", Now, "online", null, null)], Token));
        Assert.Equal(new Presence("online", Now, "{}", "{}"), await PresenceOfAsync("pi-1"));
    }

    [Fact]
    public async Task WriteHeartbeats_SeveralOfOneDevice_TheLatestCounts()
    {
        await RegisterAsync("pi-1");

        await Store.Presence.WriteHeartbeatsAsync(
            [
                new("pi-1", Now.AddSeconds(2), "error", null, null),
                new("pi-1", Now.AddSeconds(1), "busy", "{\"cpu\":1}", null),
                new("pi-1", Now.AddSeconds(3), "online", null, "{\"d\":3}"),
            ],
            Token);

        Assert.Equal(new Presence("online", Now.AddSeconds(3), "{\"cpu\":1}", "{\"d\":3}"), await PresenceOfAsync("pi-1"));
    }

    [Fact]
    public async Task WriteHeartbeats_OlderThanWhatIsStored_ChangesNothing()
    {
        await RegisterAsync("pi-1");
        await Store.Presence.WriteHeartbeatsAsync([new("pi-1", Now, "online", "{}", null)], Token);

        Assert.Empty(await Store.Presence.WriteHeartbeatsAsync([new("pi-1", Now.AddSeconds(-1), "error", "[]", null)], Token));
        Assert.Equal(new Presence("online", Now, "{}", null), await PresenceOfAsync("pi-1"));
    }

    [Fact]
    public async Task WriteHeartbeats_OfAnUnknownDevice_TheOthersAreWritten()
    {
        await RegisterAsync("pi-1");

        var changes = await Store.Presence.WriteHeartbeatsAsync(
            [new("nobody", Now, "online", null, null), new("pi-1", Now, "online", null, null)], Token);

        Assert.Equal("pi-1", Assert.Single(changes).DeviceId);
    }

    [Fact]
    public async Task WriteHeartbeats_OfThousandDevices_AreAllWritten()
    {
        var devices = string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"('pi-{i}', 'alice', 'pi-{i}', 'active', 0)"));
        await Database.ExecuteAsync($"insert into devices (id, customer_id, sort_name, lifecycle, created_at) values {devices}");

        var changes = await Store.Presence.WriteHeartbeatsAsync(
            [.. Enumerable.Range(0, 1000).Select(i => new Heartbeat("pi-" + i, Now, "online", "{}", null))], Token);

        Assert.Equal(1000, changes.Count);
        Assert.Equal(1000, (await Store.Devices.ListAsync("alice", PresenceFilter.Online, null, 1, 0, Token)).Total);
    }

    [Fact]
    public async Task WriteHeartbeats_FromReplicasAtOnce_TheLatestStaysAndEachChangeIsToldOnce()
    {
        var ids = Enumerable.Range(0, 8).Select(i => "pi-" + i).ToList();
        foreach (var id in ids) await RegisterAsync(id);
        var replicas = new[] { Store, Replica() };

        var changes = await Task.WhenAll(Enumerable.Range(1, 16).Select(i => Task.Run(() => replicas[i % 2].Presence.WriteHeartbeatsAsync(
            [.. ids.Select(id => new Heartbeat(id, Now.AddMilliseconds(i), "online", $"{{\"n\":{i}}}", null))], Token))));

        Assert.Equal(ids, changes.SelectMany(told => told).Select(change => change.DeviceId).Order());
        foreach (var id in ids)
            Assert.Equal(new Presence("online", Now.AddMilliseconds(16), "{\"n\":16}", null), await PresenceOfAsync(id));
    }

    [Fact]
    public async Task MarkOffline_MoreThanNinetySecondsAfterTheLastHeartbeat_TellsWhichOnce()
    {
        await RegisterAsync("late", "alice");
        await RegisterAsync("fresh", "alice");
        var seen = Now;
        await Store.Presence.WriteHeartbeatsAsync([new("late", seen, "busy", "{}", null)], Token);
        await Store.Presence.WriteHeartbeatsAsync([new("fresh", seen.AddMilliseconds(1), "online", null, null)], Token);
        Time.Advance(Presence.OfflineAfter);
        Assert.Empty(await Store.Presence.MarkOfflineAsync(Now, Token));
        Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(
            [new PresenceChange("late", "alice", "busy", "offline", seen)], await Store.Presence.MarkOfflineAsync(Now, Token));
        Assert.Empty(await Store.Presence.MarkOfflineAsync(Now, Token));
        Assert.Equal(new Presence("offline", seen, "{}", null), await PresenceOfAsync("late"));
    }

    [Fact]
    public async Task WriteHeartbeats_AfterOffline_TellsThatItIsBack()
    {
        await RegisterAsync("pi-1", "alice");
        await Store.Presence.WriteHeartbeatsAsync([new("pi-1", Now, "online", null, null)], Token);
        Time.Advance(TimeSpan.FromMinutes(5));
        await Store.Presence.MarkOfflineAsync(Now, Token);

        Assert.Equal(
            [new PresenceChange("pi-1", "alice", "offline", "online", Now)],
            await Store.Presence.WriteHeartbeatsAsync([new("pi-1", Now, "online", null, null)], Token));
    }

    [Fact]
    public async Task MarkOffline_FromReplicasAtOnce_EachDeviceIsToldOnce()
    {
        var ids = Enumerable.Range(0, 20).Select(i => $"pi-{i:00}").ToList();
        foreach (var id in ids) await RegisterAsync(id);
        await Store.Presence.WriteHeartbeatsAsync([.. ids.Select(id => new Heartbeat(id, Now, "online", null, null))], Token);
        Time.Advance(TimeSpan.FromMinutes(5));
        var replicas = new[] { Store, Replica() };

        var told = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            Task.Run(() => replicas[i % 2].Presence.MarkOfflineAsync(Now, Token))));

        Assert.Equal(ids, told.SelectMany(changes => changes).Select(change => change.DeviceId).Order());
    }

    private async Task<Presence> PresenceOfAsync(string id) => (await Store.Devices.FindAsync(id, Token))!.Presence;
}

public sealed class PresenceStoreOnSqlite() : PresenceStoreTests(SqliteDatabases.Instance);

public sealed class PresenceStoreOnPostgres(PostgresDatabases postgres) : PresenceStoreTests(postgres);
