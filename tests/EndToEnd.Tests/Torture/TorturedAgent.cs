using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Torture;

/// <summary>
/// The real agent, and a customer who sends it work without end: scripts, which must not run twice, and looks at a disk, which may.
/// </summary>
internal sealed class TorturedAgent
{
    /// <summary>Its claims surely have ended when it was held still for so long: its connection is lost after two seconds, and the grace.</summary>
    public static readonly TimeSpan PastEveryClaim = TimeSpan.FromSeconds(6);

    /// <summary>How long a server with <see cref="ServerSettings"/> waits for a device whose connection it finds lost.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Settings of a server that soon finds a connection lost, and does not wait long for its device.</summary>
    public static readonly Dictionary<string, string?> ServerSettings = new()
    {
        ["Gateway__Channels__PingInterval"] = "00:00:01",
        ["Gateway__Channels__PongTimeout"] = "00:00:01",
        ["Gateway__Channels__ReconnectGrace"] = Grace.ToString(),
    };

    private const int Hands = 2;

    private readonly CustomerClient customer;
    private readonly AgentDevice device;
    private readonly Scripts scripts;
    private readonly string session;
    private readonly Dictionary<string, string?> sent = [];
    private readonly Task sending;
    private volatile bool enough;
    private int kills;

    private TorturedAgent(CustomerClient customer, AgentDevice device, Scripts scripts, string session)
    {
        this.customer = customer;
        this.device = device;
        this.scripts = scripts;
        this.session = session;
        Run();
        sending = SendAsync();
    }

    public ProgramProcess Process => device.Process;

    public static async Task<TorturedAgent> StartAsync(Bench bench, GatewayServer server, Network network, CustomerClient customer)
    {
        var scripts = new Scripts(bench);
        var device = await AgentDevice.RegisterAsync(bench, server, customer, url: network.Url);
        return new TorturedAgent(customer, device, scripts, await customer.OpenSessionAsync(device.Id, "diagnostic"));
    }

    /// <summary>Starts it, again if need be: over its socket, and by requests while there is none.</summary>
    public void Run() => device.Run("--scripts", scripts.Folder, "--concurrency", Hands.ToString(CultureInfo.InvariantCulture), "--visibility", "5");

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        kills++;
        await Process.KillAsync();
    }

    /// <summary>Has it stop in order, which it does whatever has become of the server, once it says that it works.</summary>
    public async Task StopAsync()
    {
        await device.WorksAsync();
        Process.Terminate();
        Assert.Equal(0, await Process.ExitAsync());
    }

    /// <summary>
    /// Sends no more, waits until everything has ended, and expects: no script ran twice, one that completed ran, what may run twice was not given up,
    /// and only what a crash met is told as cut off.
    /// </summary>
    public async Task DrainAsync()
    {
        enough = true;
        await sending;
        IReadOnlyDictionary<string, JsonElement> commands = null!;
        await Wait.UntilAsync(
            "the agent to work off what it was sent",
            async () =>
            {
                commands = await customer.CommandsAsync(session);
                return sent.Keys.All(id => commands.TryGetValue(id, out var command) && State(command) is "completed" or "failed" or "unknown" or "dead_lettered");
            },
            () => Task.FromResult(string.Join(", ", commands.Values.Select(State).CountBy(state => state))));

        Assert.Equal(sent.Keys.Order(), commands.Keys.Order());
        var done = scripts.Done.CountBy(line => line).ToDictionary();
        Assert.DoesNotContain(done, line => line.Value > 1);
        var cutOff = 0;
        foreach (var (id, script) in sent)
        {
            var state = State(commands[id]);
            if (state == "failed")
            {
                cutOff++;
                Assert.Contains("cut off", commands[id].GetProperty("result").GetProperty("error").GetString(), StringComparison.Ordinal);
            }
            else if (script is null)
            {
                Assert.Equal("completed", state);
            }
            else if (state == "completed")
            {
                Assert.Contains(script, done);
            }
            else
            {
                Assert.Equal("unknown", state);
            }
        }

        Assert.InRange(cutOff, 0, Hands * kills);
        Assert.NotEmpty(done);
    }

    private async Task SendAsync()
    {
        for (var n = 0; !enough; n++)
        {
            var script = n % 2 == 0 ? string.Create(CultureInfo.InvariantCulture, $"script {n}") : null;
            sent[await SendAsync(n, script)] = script;
            await Disasters.PauseAsync(0.2);
        }
    }

    /// <summary>Sends under its key until there is an answer.</summary>
    private async Task<string> SendAsync(int n, string? script)
    {
        object body = script is null
            ? new { type = "disk_usage", parameters = new { }, idempotencyKey = $"agent-{n}" }
            : new { type = "run_script", parameters = new { name = "append", args = new[] { script } }, idempotencyKey = $"agent-{n}" };
        while (true)
        {
            try
            {
                using var response = await customer.Http.PostAsJsonAsync($"sessions/{session}/commands", body);
                if (response.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK)
                    return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("command").GetProperty("id").GetString()!;
                Assert.True((int)response.StatusCode >= 500, $"answered {(int)response.StatusCode}");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // The server is down, or still; the key makes it safe to ask again.
            }

            await Disasters.PauseAsync(0.3);
        }
    }

    private static string State(JsonElement command) => command.GetProperty("status").GetString()!;
}
