using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests;

/// <summary>The embedded default on a disk that is full: a small file system of the test's own, which takes root to mount.</summary>
public sealed class DiskFullTests
{
    [Fact]
    public async Task Disk_Full_CommandsAnswer503AndNothingIsLost_AndThereIsRoomAgainAllGoesOn()
    {
        await using var bench = new Bench();
        var server = GatewayServer.Prepare(bench);
        await using var disk = await SmallDisk.MountAsync(server.DataPath);
        await server.StartAsync();
        using var alice = await server.CustomerAsync();
        using var device = await SocketDevice.RegisterAsync(server, alice, "pi-1");
        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");
        var before = await alice.SendAsync(session, "system_info", new { });

        disk.Fill();
        for (var i = 0; i < 3; i++)
        {
            var refused = await alice.PostAsync(
                $"sessions/{session}/commands", new { type = "system_info", parameters = new { x = new string('x', 60_000) } }, HttpStatusCode.ServiceUnavailable);
            Assert.Equal("SERVICE_UNAVAILABLE", refused.GetProperty("error").GetProperty("code").GetString());
        }

        disk.Empty();
        var after = await Wait.ForAsync("a command that is taken again", async () =>
        {
            try
            {
                return await alice.SendAsync(session, "system_info", new { });
            }
            catch (Xunit.Sdk.XunitException)
            {
                return null;
            }
        });
        await device.ConnectAsync();
        JsonElement[] commands = [await device.CommandAsync(), await device.CommandAsync()];
        Assert.Equal([before, after], commands.Select(command => command.GetProperty("id").GetString()));
        foreach (var command in commands) await device.FinishAsync(command);

        // What was refused was not kept.
        Assert.Equal([before, after], (await alice.CommandsAsync(session)).Keys.Order(StringComparer.Ordinal));
        await server.Process.KillAsync();
    }

    /// <summary>A file system in memory of 48 MiB.</summary>
    private sealed class SmallDisk(string folder) : IAsyncDisposable
    {
        private string Filler => Path.Combine(folder, "filler");

        public static async Task<SmallDisk> MountAsync(string folder)
        {
            if (!Environment.IsPrivilegedProcess) Requirement.Missing("root, to mount a small disk");
            Directory.CreateDirectory(folder);
            await RunAsync("mount", "-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs", folder);
            return new SmallDisk(folder);
        }

        public void Fill()
        {
            var block = new byte[4096];
            using var file = File.OpenWrite(Filler);
            try
            {
                while (true) file.Write(block);
            }
            catch (IOException)
            {
                // Full.
            }
        }

        public void Empty() => File.Delete(Filler);

        public async ValueTask DisposeAsync() => await RunAsync("umount", "--lazy", folder);

        private static async Task RunAsync(string program, params string[] arguments)
        {
            using var process = Process.Start(program, arguments);
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
        }
    }
}
