using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>The agent as a node of the orchestrator, against the server: both as programs, both stopped and killed.</summary>
public sealed partial class NodeTests
{
    private const string Node = "node-001", First = "device-001d01", Second = "device-001d02", Third = "device-001d03";

    /// <summary>docs/orchestrator-surface.md, "Try it".</summary>
    [Fact]
    public async Task Page_TypedAsItStands_RunsATaskOnANode()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(BuiltProgram.Root, "docs", "orchestrator-surface.md"));
        var shell = Shell().Match(page).Groups["text"].Value;
        Assert.Contains("node run", shell, StringComparison.Ordinal);
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench);
        var script = shell
            .Replace("http://localhost:8000", server.Url, StringComparison.Ordinal)
            .Replace(".gateway/secrets.json", Path.Combine(server.DataPath, "secrets.json"), StringComparison.Ordinal);

        var typed = await TypedPage.TypeAsync(bench, "page", script, server.Settings);

        Assert.Equal(0, await typed.ExitAsync());
        var task = typed.Output.Split('\n')[^1];
        Assert.Contains("\"status\":\"completed\"", task, StringComparison.Ordinal);
        Assert.Contains(Environment.MachineName, task, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_ToldToStop_DevicesFinishWhatTheyRun_AndWhatWaitsRunsWhenItIsBack()
    {
        await using var bench = new Bench();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench, OrchestratorClient.Settings);
        using var admin = new OrchestratorClient(server);
        var node = new NodeProgram(bench, server, Node, 3, OrchestratorClient.NodeToken);
        node.Run("--scripts", scripts.Folder, "--grace", "60");
        await admin.HasDevicesAsync(3);
        var running = new Dictionary<string, string>();
        foreach (var device in (string[])[First, Second, Third]) running[device] = await admin.RunAsync(device, "hold");
        await Wait.UntilAsync("all three to run at once", () => scripts.Done.Count(line => line == "begin") == 3);
        var waiting = await admin.RunAsync(First, "append", "4");

        node.Process.Terminate();
        await Wait.UntilAsync("the node to stop", () => node.Process.Errors.Contains("Stopping", StringComparison.Ordinal));
        scripts.Release();

        Assert.Equal(0, await node.Process.ExitAsync());
        foreach (var (device, task) in running)
        {
            var done = await admin.UntilAsync(device, task, "completed");
            Assert.Equal("held\n", done.GetProperty("result").GetProperty("output").GetString());
            Assert.Equal(1, done.GetProperty("attempt").GetInt32());
        }

        Assert.Equal("queued", await admin.StatusAsync(First, waiting));
        Assert.DoesNotContain("4", scripts.Done);
        node.Run("--scripts", scripts.Folder);
        await admin.UntilAsync(First, waiting, "completed");
        Assert.Single(scripts.Done, "4");
    }

    [Fact]
    public async Task Node_KilledAndBack_WhatHadBegunIsToldAsCutOffAndTheNextOneRuns()
    {
        await using var bench = new Bench();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench, OrchestratorClient.Settings);
        using var admin = new OrchestratorClient(server);
        var node = new NodeProgram(bench, server, Node, 1, OrchestratorClient.NodeToken);
        node.Run("--scripts", scripts.Folder);
        await admin.HasDevicesAsync(1);
        var held = await admin.RunAsync(First, "hold");
        var next = await admin.RunAsync(First, "append", "next");
        await scripts.DidAsync("begin");

        await node.Process.KillAsync();
        node.Run("--scripts", scripts.Folder);

        var cutOff = await admin.UntilAsync(First, held, "failed");
        Assert.Contains("not run twice", cutOff.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, cutOff.GetProperty("attempt").GetInt32());
        await admin.UntilAsync(First, next, "completed");
        Assert.Single(scripts.Done, "begin");
        Assert.Single(scripts.Done, "next");
    }

    [Fact]
    public async Task ServerKilledWhileATaskEnds_ThenTheNode_ItsResultComesOnceAllTheSame()
    {
        await using var bench = new Bench();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench, OrchestratorClient.Settings);
        using var admin = new OrchestratorClient(server);
        var node = new NodeProgram(bench, server, Node, 1, OrchestratorClient.NodeToken);
        node.Run("--scripts", scripts.Folder);
        await admin.HasDevicesAsync(1);
        var task = await admin.RunAsync(First, "hold");
        await scripts.DidAsync("begin");

        await server.Process.KillAsync();
        scripts.Release();
        await node.HoldsResultAsync();
        await node.Process.KillAsync();
        await server.StartAsync();
        node.Run("--scripts", scripts.Folder);

        var done = await admin.UntilAsync(First, task, "completed");
        Assert.Equal(1, done.GetProperty("attempt").GetInt32());
        Assert.Equal("held\n", done.GetProperty("result").GetProperty("output").GetString());
        Assert.Equal(["begin", "end"], scripts.Done);
        Assert.Equal(JsonValueKind.Null, done.GetProperty("error").ValueKind);
    }

    [GeneratedRegex(@"## Try it\n.*?```bash\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Shell();
}
