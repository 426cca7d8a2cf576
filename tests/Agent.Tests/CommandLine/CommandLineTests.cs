using Gateway.Agent.Tests.Scripted;

namespace Gateway.Agent.Tests.CommandLine;

public sealed class CommandLineTests : IDisposable
{
    private readonly TestFolder folder = new();

    private string Credentials => folder["gateway-agent/credentials.json"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Help_WithoutAnything_TellsWhatToTypeFirst()
    {
        (int exitCode, string output, _) = await AgentProcess.RunAsync(folder);

        Assert.Equal(0, exitCode);
        Assert.Contains("register --server URL --device ID --code CODE", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--server must be an http or https address", "register", "--server", "gateway.example.com", "--device", "a", "--code", "c")]
    [InlineData("--device must be 1 to 128", "register", "--server", "http://localhost", "--device", "a|b", "--code", "c")]
    [InlineData("Option '--code' is required", "register", "--server", "http://localhost", "--device", "a")]
    [InlineData("--concurrency must be a whole number from 1 to 10", "run", "--concurrency", "11")]
    [InlineData("register the device first", "run")]
    [InlineData("The allow-list cannot be read", "run", "--allow", "/nowhere/allow.json")]
    [InlineData("the scripts folder /nowhere does not exist", "run", "--scripts", "/nowhere")]
    [InlineData("'a b' is not the name of a service", "run", "--services", "nginx,a b")]
    [InlineData("--node must be \"node-\" and 1 to 100 small letters or digits", "node", "run", "--server", "http://localhost", "--node", "Node-1")]
    [InlineData("--devices must be a whole number from 1 to 1000", "node", "run", "--server", "http://localhost", "--node", "node-1", "--devices", "0")]
    [InlineData("set the environment variable ORCH_NODE_TOKEN", "node", "run", "--server", "http://localhost", "--node", "node-1")]
    [InlineData("The token cannot be read from /nowhere", "node", "run", "--server", "http://localhost", "--node", "node-1", "--token-file", "/nowhere")]
    public async Task Agent_UsedWrongly_SaysSoInOneLineAndExitsWith1(string says, params string[] arguments)
    {
        (int exitCode, _, string error) = await AgentProcess.RunAsync(folder, arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains(says, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_RegisterThenRun_WorksAndStopsOnSigterm()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        (int registered, string output, string error) = await AgentProcess.RunAsync(
            folder, "register", "--server", gateway.Url + "/", "--device", "pi-1", "--code", "CODE-1", "--location", "Attic", "--model", "Pi 4");
        Assert.True(registered == 0, error);
        Assert.Contains("Next: run", output, StringComparison.Ordinal);
        Assert.Equal("Attic", (string?)gateway.Registrations[0]["metadata"]!["location"]);
        Assert.Equal("Pi 4", (string?)gateway.Registrations[0]["metadata"]!["model"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Credentials));

        using AgentProcess agent = AgentProcess.Start(folder, "run", "--verbose");
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => command.Status is not null);
        await agent.SignalAsync("TERM");
        (int stopped, _, string log) = await agent.EndAsync();

        Assert.Equal(0, stopped);
        Assert.Contains("info  system_info ended: success", log, StringComparison.Ordinal);
        Assert.Contains("Stopped", log, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', log);
        Assert.DoesNotContain(gateway.Secret!, output + log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_CredentialsReadableByOthers_AreRefusedWithTheCommandThatRepairs()
    {
        folder.Write("gateway-agent/credentials.json", "{}");
        File.SetUnixFileMode(Credentials, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        (int exitCode, _, string error) = await AgentProcess.RunAsync(folder, "run");

        Assert.Equal(1, exitCode);
        Assert.Contains($"Run: chmod 600 '{Credentials}'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_TokenFromAServersFile_WorksAndNeverShowsIt_ASecondOneOnItsFilesDoesNotStart()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        string secrets = folder.Write("secrets.json", $$"""{"ORCH_NODE_TOKEN":"{{ScriptedOrchestrator.Token}}"}""");
        string[] arguments = ["node", "run", "--server", server.Url, "--node", ScriptedOrchestrator.NodeId, "--devices", "2", "--token-file", secrets, "--verbose"];
        (int readable, _, string told) = await AgentProcess.RunAsync(folder, arguments);
        Assert.Equal((1, true), (readable, told.Contains("Run: chmod 600", StringComparison.Ordinal)));
        File.SetUnixFileMode(secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        using AgentProcess node = AgentProcess.Start(folder, arguments);
        await server.UntilAsync(() => server.Of("heartbeat").Count == 1);
        (int second, _, string why) = await AgentProcess.RunAsync(folder, arguments);
        Assert.Equal((1, true), (second, why.Contains("already running", StringComparison.Ordinal)));
        await server.ExecuteAsync("task-1", "device-001d02", "disk_usage");
        await server.ResultAsync("task-1");
        await node.SignalAsync("TERM");
        (int stopped, _, string log) = await node.EndAsync();

        Assert.Equal(0, stopped);
        Assert.Contains("disk_usage ended: success", log, StringComparison.Ordinal);
        Assert.DoesNotContain(ScriptedOrchestrator.Token, log, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["gateway-agent/node-001/lock"]));
    }

    [Fact]
    public async Task Agent_InterruptedBeforeItBegan_ExitsWith130()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("register", [.. Enumerable.Repeat<Fault>(new Fault.Status(429, "30"), 5)]);
        using AgentProcess agent = AgentProcess.Start(folder, "register", "--server", gateway.Url, "--device", "pi-1", "--code", "CODE-1");
        await gateway.UntilAsync(() => gateway.Count("register 429") == 1);
        await agent.SignalAsync("INT");

        Assert.Equal(130, (await agent.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Agent_KilledWhileWorking_NeverRunsTheSameClaimTwice()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        folder.Script("scripts/once", "echo ran >> runs; while [ ! -e done ]; do sleep 0.05; done");
        await AgentProcess.RunAsync(folder, "register", "--server", gateway.Url, "--device", "pi-1", "--code", "CODE-1");
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "once" });
        using (AgentProcess first = AgentProcess.Start(folder, "run", "--scripts", folder["scripts"]))
        {
            await ProcessAssert.FileAppearsAsync(folder["scripts/runs"]);
            await first.KillAsync();
        }

        // What the first agent started lives on without it; the test lets it end.
        folder.Write("scripts/done", "");
        using AgentProcess second = AgentProcess.Start(folder, "run", "--scripts", folder["scripts"]);
        gateway.Offer(command, sameToken: true);
        await gateway.UntilAsync(() => command.Status is not null);
        Assert.Equal("failure", command.Status);
        Assert.Contains("not run twice", command.Error, StringComparison.Ordinal);
        Assert.Equal("ran\n", await File.ReadAllTextAsync(folder["scripts/runs"]));

        // A new claim is the gateway's decision that it may run again.
        gateway.Offer(command, sameToken: false);
        await gateway.UntilAsync(() => command.Status is not null);
        Assert.Equal("success", command.Status);
        Assert.Equal("ran\nran\n", await File.ReadAllTextAsync(folder["scripts/runs"]));
        await second.SignalAsync("TERM");
        Assert.Contains("run_script was cut off", (await second.EndAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_KilledWithAnUndeliveredResult_DeliversItAfterTheRestart()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("result", new Fault.Status(503, "600"));
        await AgentProcess.RunAsync(folder, "register", "--server", gateway.Url, "--device", "pi-1", "--code", "CODE-1");
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        using (AgentProcess first = AgentProcess.Start(folder, "run"))
        {
            await gateway.UntilAsync(() => gateway.Count("result 503") == 1);
            await first.KillAsync();
        }

        using AgentProcess second = AgentProcess.Start(folder, "run");
        await gateway.UntilAsync(() => command.Status is not null);
        Assert.Equal("success", command.Status);
        Assert.Equal(1, command.Attempt);
        await second.SignalAsync("TERM");
        Assert.Equal(0, (await second.EndAsync()).ExitCode);
    }
}
