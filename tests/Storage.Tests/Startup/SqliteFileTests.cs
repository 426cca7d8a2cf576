using Gateway.Core.Commands;
using Gateway.Storage.Tests.Kit;
using Gateway.TestKit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.Startup;

/// <summary>What only a file can do wrong, and what it must outlive.</summary>
public sealed class SqliteFileTests : IAsyncLifetime
{
    private readonly SqliteTestDatabase database = new();
    private readonly List<GatewayStore> stores = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores) await store.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Write_ThenKilled_IsThereWhenTheFilesAreOpenedAgain()
    {
        var store = Open(database.Folder);
        await store.Startup.MigrateAsync(Token);
        await Task.WhenAll(Enumerable.Range(1, 50).Select(i => Task.Run(() => store.History.WriteAsync(
            [Run("pi-" + i, Enqueued(1, 1), Ended(2, 1, CommandState.Completed, Result("done")))], Token))));

        // The files as they lie there while the store is open are what a killed process leaves.
        var left = Directory.CreateDirectory(Path.Combine(database.Folder, "left")).FullName;
        foreach (var file in Directory.GetFiles(database.Folder)) File.Copy(file, Path.Combine(left, Path.GetFileName(file)));
        var reopened = Open(left);
        await reopened.Startup.MigrateAsync(Token);

        for (var i = 1; i <= 50; i++)
            Assert.Equal(CommandState.Completed, (await reopened.History.FindAsync("pi-" + i, CommandId(1), Token))!.State);
    }

    [Fact]
    public async Task Migrate_FolderThatIsMissing_IsMadeForItsOwnerOnly()
    {
        var folder = Path.Combine(database.Folder, "a", "b");

        await Open(folder).Startup.MigrateAsync(Token);

        Assert.True(File.Exists(Path.Combine(folder, "gateway.db")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Fact]
    public async Task Migrate_FileWhereTheFolderShouldBe_NamesTheFolder()
    {
        var path = Path.Combine(database.Folder, "file");
        await File.WriteAllTextAsync(path, "", Token);

        await AssertStartErrorAsync(path, $"The data folder {path} (Gateway:DataPath) cannot be made");
    }

    [Fact]
    public async Task Migrate_FolderThatCannotBeWritten_NamesTheFile()
    {
        // Even root may make no files in /proc.
        if (!Directory.Exists("/proc/self")) Requirement.Missing("/proc");

        await AssertStartErrorAsync("/proc/self", "The database /proc/self/gateway.db cannot be opened for writing");
    }

    [Fact]
    public async Task Migrate_FileThatIsNoDatabase_NamesTheFile()
    {
        await File.WriteAllTextAsync(database.File, new string('x', 10_000), Token);

        await AssertStartErrorAsync(database.Folder, $"The database {database.File} is damaged or no SQLite database");
    }

    [Fact]
    public async Task Migrate_FileOverwrittenInTheMiddle_NamesTheFile()
    {
        var store = Open(database.Folder);
        await store.Startup.MigrateAsync(Token);
        await store.DisposeAsync();
        stores.Clear();
        await using (var file = File.OpenWrite(database.File))
        {
            file.Position = 100;
            await file.WriteAsync(Enumerable.Repeat((byte)0xAB, 4096 * 4).ToArray(), Token);
        }

        await AssertStartErrorAsync(database.Folder, $"The database {database.File} is damaged or no SQLite database");
    }

    private async Task AssertStartErrorAsync(string folder, string message)
    {
        var e = await Assert.ThrowsAsync<StorageStartException>(() => Open(folder).Startup.MigrateAsync(Token));
        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private GatewayStore Open(string folder)
    {
        var store = new GatewayStore(TimeProvider.System, options => options.DataPath = folder);
        stores.Add(store);
        return store;
    }
}
