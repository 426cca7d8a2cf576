using Gateway.EndToEnd.Tests.Driver;
using Gateway.EndToEnd.Tests.Torture;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests.Backup;

/// <summary>
/// A deployment that does not keep its data in files of its own is exported while it works: the backup is then of one moment for each
/// device, its queue and its history fitting together number by number.
/// </summary>
public sealed class ExportWhileRunningTests
{
    [Fact]
    public async Task FleetWorks_EachExport_HasQueuesAndHistoryThatAgree()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var bench = new Bench();
        using var deployment = await Deployment.StartAsync(
            bench, Shape.SidecarApart, new Dictionary<string, string?> { ["ConnectionStrings__Gateway"] = postgres.ConnectionString });
        var server = deployment.Server;
        var fleet = await Fleet.StartAsync(bench, server, seed: 5);

        var files = Enumerable.Range(0, 3).Select(i => Path.Combine(bench.Folder, $"{i}.gz")).ToList();
        foreach (var file in files) await BackupCommands.ExportAsync(bench, server.Settings, file);
        await fleet.DrainAsync(least: 30);
        await deployment.StopAsync(TimeSpan.FromSeconds(10));

        foreach (var file in files)
        {
            var folder = $"{file}.data";
            var embedded = new Dictionary<string, string?>(server.Settings.At(folder)) { ["ConnectionStrings__Gateway"] = null, ["DAPR_HTTP_PORT"] = null };
            await BackupCommands.ImportAsync(bench, embedded, file);
            Assert.Empty(new QueueAudit(Path.Combine(folder, "state.db"), Path.Combine(folder, "gateway.db")).Find(stopped: false));
        }
    }
}
