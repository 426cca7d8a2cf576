using Gateway.Core.Commands;
using Gateway.Core.Devices;
using Gateway.Storage.Devices;
using Gateway.Storage.Tests.Kit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.Devices;

/// <summary>What those who follow devices learn once a second.</summary>
public abstract class ChangedDevicesTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task FindChanged_NothingHasHappened_IsEmpty()
    {
        await RegisterAsync("pi-1");
        await Store.Presence.WriteHeartbeatsAsync([new("pi-1", Now, "online", null, null)], Token);
        await Store.History.WriteAsync([Run("pi-1", Enqueued(1, 1))], Token);

        Assert.Empty(await Store.Devices.FindChangedAsync([await KnownAsync("pi-1", 1)], Token));
        Assert.Empty(await Store.Devices.FindChangedAsync([], Token));
    }

    [Fact]
    public async Task FindChanged_SomeOfMany_AreThoseWithSomethingNew()
    {
        foreach (var id in (string[])["beats", "first", "mute", "offline", "suspended", "works"]) await RegisterAsync(id);
        await Store.Presence.WriteHeartbeatsAsync([new("beats", Now, "online", null, null), new("offline", Now, "online", null, null)], Token);
        await Store.History.WriteAsync([Run("works", Enqueued(1, 1))], Token);
        List<KnownDevice> known = [];
        foreach (var id in (string[])["beats", "first", "mute", "offline", "suspended", "works"]) known.Add(await KnownAsync(id, id == "works" ? 1 : 0));

        Time.Advance(TimeSpan.FromMinutes(5));
        await Store.Presence.MarkOfflineAsync(Now, Token);
        await Store.Presence.WriteHeartbeatsAsync([new("beats", Now, "busy", "{}", null), new("first", Now, "error", null, null)], Token);
        await Store.Devices.SetSuspendedAsync("suspended", true, Token);
        await Store.History.WriteAsync([Run("works", Enqueued(2, 2), Enqueued(3, 3))], Token);

        var changed = (await Store.Devices.FindChangedAsync(known, Token)).OrderBy(change => change.Device.Id).ToList();
        Assert.Equal(["beats", "first", "offline", "suspended", "works"], changed.Select(change => change.Device.Id));
        Assert.Equal(["busy", "error", "offline", "offline", "offline"], changed.Select(change => change.Device.Presence.Status));
        Assert.Equal([0, 0, 0, 0, 3], changed.Select(change => change.LastSeq));
        Assert.Equal(DeviceLifecycle.Suspended, changed[3].Device.Lifecycle);
    }

    [Fact]
    public async Task FindChanged_WhatIsKnownIsLater_SaysNothing()
    {
        await RegisterAsync("pi-1");
        await Store.Presence.WriteHeartbeatsAsync([new("pi-1", Now, "online", null, null)], Token);
        var known = (await Store.Devices.FindAsync("pi-1", Token))!;

        // A heartbeat that this replica has taken and not yet written, and events that history does not have yet.
        known = known with { Presence = known.Presence with { Status = "busy", LastSeen = Now.AddSeconds(1) } };
        Assert.Empty(await Store.Devices.FindChangedAsync([new KnownDevice(known, 7)], Token));
    }

    [Fact]
    public async Task ListLiveCommands_InAllStates_AreThoseThatHaveNotEnded()
    {
        await Store.History.WriteAsync(
            [
                Run("pi-1", Enqueued(1, 1), Enqueued(2, 2), Enqueued(3, 3), Claimed(4, 2, At + 60_000), Claimed(5, 1, At + 60_000), Ended(6, 1, CommandState.Completed, Result("done"))),
                Run("pi-2", Enqueued(1, 4)),
            ],
            Token);

        var live = await Store.Reader.ListLiveCommandsAsync("pi-1", 10, Token);

        Assert.Equal([CommandState.Claimed, CommandState.Queued], live.Select(command => command.State));
        Assert.Equal(live[0].CommandId, Assert.Single(await Store.Reader.ListLiveCommandsAsync("pi-1", 1, Token)).CommandId);
    }

    private async Task<KnownDevice> KnownAsync(string id, long seq) => new((await Store.Devices.FindAsync(id, Token))!, seq);
}

public sealed class ChangedDevicesOnSqlite() : ChangedDevicesTests(SqliteDatabases.Instance);

public sealed class ChangedDevicesOnPostgres(PostgresDatabases postgres) : ChangedDevicesTests(postgres);
