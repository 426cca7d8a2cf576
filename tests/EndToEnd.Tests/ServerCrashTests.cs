using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary><c>kill -9</c> of the server: after a restart nothing is lost and nothing is done twice.</summary>
public class ServerCrashTests : DeploymentTests
{
    [Fact]
    public async Task CommandRunsOnTheDevice_ResultArrivesAfterTheRestart()
    {
        await using var bench = await OpenBenchAsync();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run("--scripts", scripts.Folder);
        var session = await alice.OpenSessionAsync(device.Id, "diagnostic");
        var command = await alice.SendAsync(session, "run_script", new { name = "hold" });
        await scripts.DidAsync("begin");

        await server.Process.KillAsync();
        scripts.Release();
        await scripts.DidAsync("end");
        await server.StartAsync();

        var done = await alice.UntilAsync(session, command, "completed");
        Assert.Equal("held", done.GetProperty("result").GetProperty("output").GetString()!.Trim());
        var next = await alice.SendAsync(session, "run_script", new { name = "append", args = new[] { "next" } });
        await alice.UntilAsync(session, next, "completed");
        Assert.Equal(["begin", "end", "next"], scripts.Done);
        Assert.False(device.Process.HasExited);
    }

    [Fact]
    public async Task CommandWaitsForApproval_KilledBeforeAndAfterTheApproval_RunsOnce()
    {
        await using var bench = await OpenBenchAsync();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        var (session, command) = await SendForApprovalAsync(alice, device);
        var shown = (await alice.CommandsAsync(session))[command];

        await server.Process.KillAsync();
        await server.StartAsync();

        var again = (await alice.CommandsAsync(session))[command];
        Assert.Equal("pending_approval", again.GetProperty("status").GetString());
        Assert.Equal(shown.GetProperty("digest").GetString(), again.GetProperty("digest").GetString());
        Assert.Equal("approved", await alice.DecideAsync(session, command, approved: true));
        await server.Process.KillAsync();
        await server.StartAsync();

        Assert.Equal(["queued"], await alice.StatesAsync(session));
        device.Run("--scripts", scripts.Folder);
        await alice.UntilAsync(session, command, "completed");
        Assert.Equal(["approved"], scripts.Done);
    }

    /// <summary>The claim may be saved and its answer die with the server: the agent asks again under the same request id and gets the same claim.</summary>
    [Fact]
    public async Task CommandIsApprovedWhileTheDeviceWaits_KilledAtOnce_RunsOnce()
    {
        await using var bench = await OpenBenchAsync();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        device.Run("--scripts", scripts.Folder);
        await alice.OnlineAsync(device.Id);
        var (session, command) = await SendForApprovalAsync(alice, device);

        Assert.Equal("approved", await alice.DecideAsync(session, command, approved: true));
        await server.Process.KillAsync();
        await server.StartAsync();

        await alice.UntilAsync(session, command, "completed");
        Assert.Equal(["approved"], scripts.Done);
    }

    [Fact]
    public async Task EnqueuesUnderWay_WhatWasAnsweredIsThere_RepeatedOnesAreNotDoubled()
    {
        const int count = 20;
        await using var bench = await OpenBenchAsync();
        var scripts = new Scripts(bench);
        var server = await GatewayServer.StartAsync(bench);
        using var alice = await server.CustomerAsync();
        var device = await AgentDevice.RegisterAsync(bench, server, alice);
        var session = await alice.OpenSessionAsync(device.Id, "diagnostic");

        // Some are answered when the server dies, some are under way.
        var answered = new SemaphoreSlim(0);
        var first = Enumerable.Range(0, count).Select(async i =>
        {
            var id = await TrySendAsync(i);
            if (id is not null) answered.Release();
            return id;
        }).ToArray();
        for (var i = 0; i < 3; i++) Assert.True(await answered.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken));
        await server.Process.KillAsync();
        var before = await Task.WhenAll(first);
        await server.StartAsync();

        var kept = await alice.CommandsAsync(session);
        Assert.All(before.OfType<string>(), id => Assert.Equal("queued", kept[id].GetProperty("status").GetString()));
        var after = await Task.WhenAll(Enumerable.Range(0, count).Select(TrySendAsync));
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First ?? pair.Second, pair.Second));

        device.Run("--scripts", scripts.Folder, "--concurrency", "4");
        await Wait.UntilAsync(
            "all commands to be completed", async () => (await alice.StatesAsync(session)).Count(state => state == "completed") == count);
        Assert.Equal(after.Order(), (await alice.CommandsAsync(session)).Keys.Order());
        Assert.Equal(Enumerable.Range(0, count), scripts.Done.Select(int.Parse).Order());

        // The id, or null when the server was gone before it answered.
        async Task<string?> TrySendAsync(int i)
        {
            var body = new { type = "run_script", parameters = new { name = "append", args = new[] { $"{i}" } }, idempotencyKey = $"key-{i}" };
            try
            {
                using var response = await alice.Http.PostAsJsonAsync($"sessions/{session}/commands", body);
                Assert.True(response.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK, $"answered {(int)response.StatusCode}");
                var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
                return answer.GetProperty("command").GetProperty("id").GetString();
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }

    private static async Task<(string Session, string Command)> SendForApprovalAsync(CustomerClient customer, AgentDevice device)
    {
        var session = await customer.OpenSessionAsync(device.Id, "remediation");
        return (session, await customer.SendAsync(session, "run_script", new { name = "append", args = new[] { "approved" } }));
    }
}
