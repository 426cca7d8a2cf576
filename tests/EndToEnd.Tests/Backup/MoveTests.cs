using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests.Backup;

/// <summary>A deployment moves in one file: out of the embedded default's files, into Redis and Postgres, and back.</summary>
public sealed class MoveTests
{
    private static readonly Dictionary<string, string?> NoLimits = new()
    {
        ["Gateway__RateLimits__DevicePerMinute"] = "0",
        ["Gateway__RateLimits__CustomerPerMinute"] = "0",
    };

    [Fact]
    public async Task FilesToRedisAndPostgresAndBack_NothingIsLost_AllGoOnThere()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var postgres = await PostgresServer.StartAsync();
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench, NoLimits);
        using var estate = await Estate.CreateAsync(bench, server);
        var seen = await estate.LookAsync();
        server.Process.Terminate();
        Assert.Equal(0, await server.Process.ExitAsync());

        // There ...
        var there = server.Settings.At(bench.NewFolder("there"));
        there["ConnectionStrings__Gateway"] = postgres.ConnectionString;
        there["Gateway__ResourcesPath"] = await WriteComponentsAsync(bench, redis);
        var file = Path.Combine(bench.Folder, "backup.jsonl.gz");
        await BackupCommands.ExportAsync(bench, server.Settings, file, "--with-secrets");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await BackupCommands.ImportAsync(bench, there, file);

        // ... and back, through a pipe.
        var back = Path.Combine(bench.Folder, "back");
        var api = $"dotnet '{BuiltProgram.Api}'";
        var pipe = bench.StartCommand(
            "export | import",
            ["bash", "-c", $"set -o pipefail; {api} export --to - --with-secrets | env -u ConnectionStrings__Gateway -u Gateway__ResourcesPath Gateway__DataPath='{back}' {api} import --from -"],
            there);
        Assert.True(await pipe.ExitAsync() == 0, pipe.Errors);
        var (before, after) = (new DataFiles(server.DataPath), new DataFiles(back));
        Assert.Equal(before.Rows(), after.Rows());
        Assert.Equal(before.State(), after.State());
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(server.DataPath, "secrets.json")), await File.ReadAllTextAsync(Path.Combine(back, "secrets.json")));
        Assert.Equal(Names(Path.Combine(server.DataPath, "portal-keys")), Names(Path.Combine(back, "portal-keys")));

        // Where they were, nothing is any more.
        Directory.Delete(server.DataPath, recursive: true);
        foreach (var (name, value) in there) server.Settings[name] = value;
        await server.StartAsync();
        Assert.Equal(seen, await estate.LookAsync());
        await estate.GoOnAsync();
    }

    [Fact]
    public async Task ServerRuns_ExportAndImportAreRefused()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench);

        var inUse = $"gateway: The data folder {server.DataPath} is in use by another Gateway process. Stop it, or choose another folder (Gateway__DataPath).";
        Assert.Equal(inUse, await BackupCommands.FailAsync(bench, server.Settings, "export", "--to", "x.gz"));
        await File.WriteAllTextAsync(Path.Combine(bench.Folder, "x.gz"), "text");
        Assert.Equal(inUse, await BackupCommands.FailAsync(bench, server.Settings, "import", "--from", "x.gz"));
        Assert.Equal("gateway: x.gz is there already: choose another name, or move it away.", await BackupCommands.FailAsync(bench, server.Settings, "export", "--to", "x.gz"));
        Assert.Equal(["x.gz"], Directory.GetFiles(bench.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Import_OfADamagedFileOrIntoAFullDeployment_LeavesItAsItWas()
    {
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        await alice.ProvisionAsync("pi-1");
        server.Process.Terminate();
        await server.Process.ExitAsync();
        var (file, cut, fresh) = (Path.Combine(bench.Folder, "backup.gz"), Path.Combine(bench.Folder, "cut.gz"), server.Settings.At(Path.Combine(bench.Folder, "fresh")));
        await BackupCommands.ExportAsync(bench, server.Settings, file);
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(file))[..^20]);

        Assert.Matches($"^gateway: {cut} is (cut off|damaged)", await BackupCommands.FailAsync(bench, fresh, "import", "--from", cut));
        Assert.Matches("^gateway: Could not find file .*none.gz", await BackupCommands.FailAsync(bench, fresh, "import", "--from", "none.gz"));
        Assert.False(File.Exists(Path.Combine(bench.Folder, "fresh", "gateway.db")));
        Assert.Contains("is not empty, devices has rows: an import needs an empty deployment.", await BackupCommands.FailAsync(bench, server.Settings, "import", "--from", file), StringComparison.Ordinal);
        Assert.StartsWith("gateway: There is no data folder", await BackupCommands.FailAsync(bench, server.Settings.At("nowhere"), "export", "--to", "y.gz"), StringComparison.Ordinal);

        await BackupCommands.ImportAsync(bench, fresh, file);
        Assert.Equal(new DataFiles(server.DataPath).Rows(), new DataFiles(Path.Combine(bench.Folder, "fresh")).Rows());
        Assert.False(File.Exists(Path.Combine(bench.Folder, "fresh", "secrets.json")));
    }

    private static IEnumerable<string?> Names(string folder) => Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private static async Task<string> WriteComponentsAsync(Bench bench, RedisServer redis)
    {
        var folder = bench.NewFolder("components");
        foreach (var component in Directory.GetFiles(BuiltProgram.LocalComponents)) File.Copy(component, Path.Combine(folder, Path.GetFileName(component)));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "statestore.yaml"),
            $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: statestore
            spec:
              type: state.redis
              version: v1
              metadata: [{name: redisHost, value: "{{redis.Host}}"}, {name: keyPrefix, value: name}, {name: actorStateStore, value: "true"}]
            """);
        return folder;
    }
}
