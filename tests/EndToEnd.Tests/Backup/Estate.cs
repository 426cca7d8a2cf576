using System.Text;
using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Backup;

/// <summary>
/// Devices, their work in every state and a customer, who all come back with what they have in their hands: tokens, credentials, claims.
/// </summary>
internal sealed class Estate : IDisposable
{
    /// <summary>As many waiting commands as a session may have: some of them are in a segment, the long ones in documents.</summary>
    private const int Deep = 100;

    private readonly CustomerClient alice;
    private readonly AgentDevice agent;
    private readonly DeviceClient hand, deep;
    private readonly string diagnosis, repair, backlog;
    private readonly string pending;
    private readonly JsonElement held;

    private Estate(
        CustomerClient alice, AgentDevice agent, DeviceClient hand, DeviceClient deep, string diagnosis, string repair, string backlog, string pending, JsonElement held)
    {
        (this.alice, this.agent, this.hand, this.deep) = (alice, agent, hand, deep);
        (this.diagnosis, this.repair, this.backlog, this.pending, this.held) = (diagnosis, repair, backlog, pending, held);
    }

    /// <summary>Sets it up on a server.</summary>
    public static async Task<Estate> CreateAsync(Bench bench, GatewayServer server)
    {
        var alice = await server.CustomerAsync();

        // The real agent, which has done something.
        var agent = await AgentDevice.RegisterAsync(bench, server, alice);
        agent.Run();
        var diagnosis = await alice.OpenSessionAsync(agent.Id, "diagnostic");
        await alice.UntilAsync(diagnosis, await alice.SendAsync(diagnosis, "system_info", new { }), "completed");
        agent.Process.Terminate();
        await agent.Process.ExitAsync();

        // A device that holds a claim and has told of it, with an approved command behind it and one that waits for approval.
        var hand = await NewDeviceAsync(server, alice, "hand");
        var repair = await alice.OpenSessionAsync("hand", "remediation");
        var first = await alice.SendAsync(repair, "fix", new { step = 1 });
        Assert.Equal("approved", await alice.DecideAsync(repair, first, approved: true));
        var held = Assert.Single(await hand.ClaimAsync(waitMs: 0));
        await hand.PostAsync(
            $"commands/{first}/output", new { claimToken = held.GetProperty("claimToken").GetString(), chunk = 0, offset = 0, text = "so far, so good ü 🍳\n" });
        var second = await alice.SendAsync(repair, "fix", new { step = 2 });
        Assert.Equal("approved", await alice.DecideAsync(repair, second, approved: true));
        var pending = await alice.SendAsync(repair, "fix", new { step = 3 });

        // One with a backlog.
        var deep = await NewDeviceAsync(server, alice, "deep");
        var backlog = await alice.OpenSessionAsync("deep", "diagnostic");
        for (var i = 0; i < Deep; i++) await alice.SendAsync(backlog, "look", Parameters(i));
        return new Estate(alice, agent, hand, deep, diagnosis, repair, backlog, pending, held);
    }

    /// <summary>All that its customer sees of it.</summary>
    public async Task<string> LookAsync()
    {
        var view = new StringBuilder();
        foreach (var session in new[] { diagnosis, repair, backlog })
        {
            view.AppendLine((await alice.GetAsync($"sessions/{session}")).ToString());
            foreach (var command in (await alice.CommandsAsync(session)).Keys.Take(4))
            {
                var shown = await alice.GetAsync($"sessions/{session}/commands/{command}");
                view.AppendLine(shown.ToString());
                view.AppendLine(await OutputAsync(session, command, hasEnded: shown.GetProperty("command").TryGetProperty("endedAt", out _)));
            }
        }

        return view.ToString();
    }

    /// <summary>What a command printed; of one that has ended once it is complete, which takes three seconds.</summary>
    private Task<string> OutputAsync(string session, string command, bool hasEnded) => Wait.ForAsync($"the output of {command}", async () =>
    {
        var output = await alice.GetAsync($"sessions/{session}/commands/{command}/output");
        return hasEnded && !output.GetProperty("complete").GetBoolean() ? null : output.ToString();
    });

    /// <summary>Goes on with all of it, which now may be elsewhere.</summary>
    public async Task GoOnAsync()
    {
        agent.Run();
        await alice.OnlineAsync(agent.Id);
        await alice.UntilAsync(diagnosis, await alice.SendAsync(diagnosis, "system_info", new { }), "completed");

        await hand.ReportAsync(held, "did it");
        Assert.Equal("approved", await alice.DecideAsync(repair, pending, approved: true));
        foreach (var command in await hand.ClaimAsync(waitMs: 0)) await hand.ReportAsync(command, "did it too");
        Assert.Equal(["completed", "completed", "completed"], await alice.StatesAsync(repair));
        var output = await alice.GetAsync($"sessions/{repair}/commands/{held.GetProperty("id").GetString()}/output");
        Assert.Equal("so far, so good ü 🍳\n", output.GetProperty("chunks")[0].GetProperty("text").GetString());

        var done = 0;
        while (await deep.ClaimAsync(waitMs: 0) is { Count: > 0 } claimed)
        {
            foreach (var command in claimed)
            {
                Assert.Equal(JsonSerializer.SerializeToElement(Parameters(done++)).ToString(), command.GetProperty("parameters").ToString());
                await deep.ReportAsync(command, new string('o', 3_000));
            }
        }

        Assert.Equal(Deep, done);
        Assert.All(await alice.StatesAsync(backlog), state => Assert.Equal("completed", state));
        await alice.PostAsync($"sessions/{repair}/close", new { });
    }

    public void Dispose()
    {
        alice.Dispose();
        hand.Dispose();
        deep.Dispose();
    }

    private static async Task<DeviceClient> NewDeviceAsync(GatewayServer server, CustomerClient alice, string id)
    {
        var device = new DeviceClient(server.Url);
        await device.RegisterAsync(id, await alice.ProvisionAsync(id));
        await device.BeatAsync();
        return device;
    }

    private static object Parameters(int i) => new { number = i, text = i % 3 == 0 ? new string('p', 5_000) : "short" };
}
