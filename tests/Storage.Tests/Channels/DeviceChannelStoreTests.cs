using Gateway.Core.Channels;
using Gateway.Core.Queue;
using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.Channels;

public abstract class DeviceChannelStoreTests(ITestDatabases databases) : StorageTests(databases)
{
    private static readonly ReplicaBoot One = new("r1", 1_767_225_600_000);
    private static readonly ReplicaBoot Two = new("r2", 1_767_225_600_001);

    [Fact]
    public async Task Write_ChannelsOfSeveralRuns_AreFoundByTheirHolder()
    {
        await WriteAsync(Attached("pi-1", One, "conn_1", 1), Attached("pi-2", Two, "conn_2", 7), Attached("pi-3", One, "conn_3", 2));

        Assert.Equal([One, Two], await Store.Channels.HoldersAsync(Token));
        Assert.Equal(
            [Channel("pi-1", One, "conn_1", 1), Channel("pi-3", One, "conn_3", 2)], await Store.Channels.HeldByAsync(One, null, 10, Token));
        Assert.Empty(await Store.Channels.HeldByAsync(One with { Boot = 1 }, null, 10, Token));
    }

    [Fact]
    public async Task HeldBy_FromPageToPage_GoesOverAllInOrdinalOrder()
    {
        string[] ids = ["B", "a", "a-1", "a.b", "a_b", "b", "Z9", "10", "9"];
        await WriteAsync([.. ids.Select(id => Attached(id, One, $"conn_{id}", 1))]);

        var seen = new List<string>();
        while (await Store.Channels.HeldByAsync(One, seen.LastOrDefault(), 2, Token) is { Count: > 0 } page)
            seen.AddRange(page.Select(channel => channel.DeviceId));

        Assert.Equal(ids.Order(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task Write_DetachedConnection_IsGone()
    {
        await WriteAsync(Attached("pi-1", One, "conn_1", 1), Attached("pi-2", One, "conn_2", 1));

        await WriteAsync(Detached("pi-1", One, "conn_1", 2), Attached("pi-3", One, "conn_3", 1));

        Assert.Equal(["pi-2", "pi-3"], (await Store.Channels.HeldByAsync(One, null, 10, Token)).Select(channel => channel.DeviceId));
    }

    [Fact]
    public async Task Write_DetachedConnectionThatAnotherHasReplaced_LeavesTheOther()
    {
        await WriteAsync(Attached("pi-1", One, "conn_1", 1));
        await WriteAsync(Attached("pi-1", Two, "conn_2", 2));

        await WriteAsync(Detached("pi-1", One, "conn_1", 3));

        Assert.Equal([Channel("pi-1", Two, "conn_2", 2)], await Store.Channels.HeldByAsync(Two, null, 10, Token));
        Assert.Equal([Two], await Store.Channels.HoldersAsync(Token));
    }

    [Fact]
    public async Task Write_ChannelOfAnEarlierHead_DoesNotReplaceALaterOne()
    {
        await WriteAsync(Attached("pi-1", Two, "conn_2", 2));

        await WriteAsync(Attached("pi-1", One, "conn_1", 1));

        Assert.Equal([Two], await Store.Channels.HoldersAsync(Token));
    }

    [Fact]
    public async Task Write_TheSameAgain_ChangesNothing()
    {
        DeviceChannelChange[] changes = [Attached("pi-1", One, "conn_1", 1), Detached("pi-2", One, "conn_2", 1)];
        await WriteAsync(changes);
        await WriteAsync(changes);
        await WriteAsync();

        Assert.Equal([Channel("pi-1", One, "conn_1", 1)], await Store.Channels.HeldByAsync(One, null, 10, Token));
    }

    private static DeviceChannel Channel(string device, ReplicaBoot holder, string connection, long revision) =>
        new(device, holder, connection, 1_767_225_700_000, revision);

    private static DeviceChannelChange Attached(string device, ReplicaBoot holder, string connection, long revision) =>
        new(Channel(device, holder, connection, revision), IsAttached: true);

    private static DeviceChannelChange Detached(string device, ReplicaBoot holder, string connection, long revision) =>
        new(Channel(device, holder, connection, revision), IsAttached: false);

    private Task WriteAsync(params DeviceChannelChange[] changes) => Store.Channels.WriteAsync(changes, Token);
}

public sealed class DeviceChannelStoreOnSqlite() : DeviceChannelStoreTests(SqliteDatabases.Instance);

public sealed class DeviceChannelStoreOnPostgres(PostgresDatabases postgres) : DeviceChannelStoreTests(postgres);
