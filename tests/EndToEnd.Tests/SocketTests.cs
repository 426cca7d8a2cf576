using System.Globalization;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>The agent over its socket: commands are pushed, customers see them run, and no crash in between loses or doubles one.</summary>
public sealed class SocketTests
{
    [Fact]
    public async Task PushedCommand_OutputReachesTheCustomersSocketWhileItRuns()
    {
        await using var bench = new Bench();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run("--scripts", scripts.Folder);
        await device.ConnectedAsync();
        var session = await alice.OpenSessionAsync(device.Id, "diagnostic");
        await using var socket = await CustomerSocket.OpenAsync(server, alice);
        await socket.SubscribeAsync(device.Id);

        var command = await alice.SendAsync(session, "run_script", new { name = "talk" });
        await Wait.UntilAsync("the output", () => socket.OutputOf(command) == "talking\n");
        Assert.Equal("claimed", (await alice.CommandAsync(session, command)).GetProperty("status").GetString());
        var read = await alice.GetAsync($"sessions/{session}/commands/{command}/output");
        Assert.Equal("talking\n", Assert.Single(read.GetProperty("chunks").EnumerateArray()).GetProperty("text").GetString());
        Assert.False(read.GetProperty("complete").GetBoolean());

        scripts.Release();
        var done = await alice.UntilAsync(session, command, "completed");
        Assert.Equal("talking\ndone\n", done.GetProperty("result").GetProperty("output").GetString());
        await Wait.UntilAsync("the rest of the output", () => socket.OutputOf(command) == "talking\ndone\n");
        await Wait.UntilAsync("the end of the output", async () =>
            (await alice.GetAsync($"sessions/{session}/commands/{command}/output")).GetProperty("complete").GetBoolean());
        await Wait.UntilAsync("the command's end on the socket", () => socket.Of("command_update").Any(update =>
            update.GetProperty("command").GetProperty("id").GetString() == command
            && update.GetProperty("command").GetProperty("status").GetString() == "completed"));
    }

    [Fact]
    public async Task PushesUnderWay_ConnectionCutAgainAndAgain_EachRunsOnceUnderItsFirstClaim()
    {
        const int count = 40;
        await using var bench = new Bench();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        await using var network = new Network(server);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice, url: network.Url);
        device.Run("--scripts", scripts.Folder);
        await device.ConnectedAsync();
        var session = await alice.OpenSessionAsync(device.Id, "diagnostic");
        for (var i = 0; i < count; i++)
        {
            var line = i.ToString(CultureInfo.InvariantCulture);
            await alice.SendAsync(session, "run_script", new { name = "append", args = new[] { line } });
            if (i % 8 == 7) network.Cut();
        }

        for (var done = 10; done < count; done += 10)
        {
            await DoneAsync(scripts, done);
            network.Cut();
        }

        await Wait.UntilAsync(
            "all commands to be completed",
            async () => (await alice.StatesAsync(session)).Count(state => state == "completed") == count,
            async () => string.Join(' ', await alice.StatesAsync(session)));
        Assert.Equal(Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture)), scripts.Done);
        Assert.All((await alice.CommandsAsync(session)).Values, command => Assert.Equal(1, command.GetProperty("attempt").GetInt32()));
    }

    [Fact]
    public async Task PushesUnderWay_AgentAndServerKilled_NothingIsLostAndNothingRunsTwice()
    {
        const int count = 40;
        await using var bench = new Bench();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run("--scripts", scripts.Folder);
        await device.ConnectedAsync();
        var session = await alice.OpenSessionAsync(device.Id, "diagnostic");
        var lines = new Dictionary<string, string>();
        for (var i = 0; i < count; i++)
        {
            var line = i.ToString(CultureInfo.InvariantCulture);
            lines[await alice.SendAsync(session, "run_script", new { name = "append", args = new[] { line } })] = line;
        }

        await DoneAsync(scripts, 3);
        await device.Process.KillAsync();
        device.Run("--scripts", scripts.Folder);
        await DoneAsync(scripts, 10);
        await server.Process.KillAsync();
        await server.StartAsync();
        await DoneAsync(scripts, 20);
        await device.Process.KillAsync();
        await server.Process.KillAsync();
        await server.StartAsync();
        device.Run("--scripts", scripts.Folder);

        await Wait.UntilAsync(
            "all commands to end",
            async () => (await alice.StatesAsync(session)).All(state => state is "completed" or "failed"),
            async () => string.Join(' ', await alice.StatesAsync(session)));
        var commands = await alice.CommandsAsync(session);
        var done = scripts.Done;
        Assert.Equal(done.Distinct(), done);
        Assert.Equal(lines.Keys.Order(), commands.Keys.Order());
        var completed = commands.Where(command => command.Value.GetProperty("status").GetString() == "completed").ToList();
        Assert.All(completed, command => Assert.Contains(lines[command.Key], done));
        // One hand, killed twice: what it was at is told as cut off, and nothing else is.
        Assert.InRange(completed.Count, count - 2, count);
        Assert.All(commands.Values.Where(command => command.GetProperty("status").GetString() != "completed"), command =>
            Assert.Contains("cut off", command.GetProperty("result").GetProperty("error").GetString(), StringComparison.Ordinal));
    }

    private static Task DoneAsync(Scripts scripts, int count) =>
        Wait.UntilAsync($"{count} commands to be done", () => scripts.Done.Count >= count);
}
