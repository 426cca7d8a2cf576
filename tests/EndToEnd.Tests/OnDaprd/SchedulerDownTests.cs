using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Core.Verification;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.OnDaprd;

/// <summary>
/// Dapr's scheduler away for longer than deadlines last, under a fleet: whoever asks is served, what only a reminder or a sweep would find waits,
/// and all of it is found when the scheduler is back. The embedded sidecar has its scheduler in its own process, where nothing can be killed alone.
/// </summary>
[Trait("Sidecar", "daprd")]
public sealed class SchedulerDownTests
{
    /// <summary>How long it is away, in seconds; the variable <c>SCHEDULER_DOWN_SECONDS</c> makes it another time.</summary>
    private static readonly int DownSeconds = int.Parse(
        Environment.GetEnvironmentVariable("SCHEDULER_DOWN_SECONDS") is { Length: > 0 } set ? set : "20", CultureInfo.InvariantCulture);

    /// <summary>Well within the time that the scheduler is away.</summary>
    private const int ClaimMs = 5_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scheduler_AwayUnderAFleet_RequestsAreServed_DeadlinesAreMetAfterwards()
    {
        await using var bench = await Bench.OnDaprdAsync();
        var server = await GatewayServer.StartAsync(bench, new Dictionary<string, string?>
        {
            ["Gateway__RateLimits__DevicePerMinute"] = "0",
            ["Gateway__RateLimits__CustomerPerMinute"] = "0",
        });
        using var sidecar = new SidecarClient(server.ActorsSidecarUrl);
        using var alice = await server.CustomerAsync();
        using var before = await SilentDevice.ClaimAsync(server, alice, "claimed-before");
        var (simulation, log) = await StartFleetAsync(bench, server);

        await bench.Dapr!.KillSchedulerAsync();
        var down = Task.Delay(TimeSpan.FromSeconds(DownSeconds), TimeProvider.System, Token);
        using var meanwhile = await SilentDevice.ClaimAsync(server, alice, "claimed-meanwhile");
        using var timed = await SilentDevice.ClaimAsync(server, alice, "timed-meanwhile", timeoutMs: ClaimMs);
        SilentDevice[] silent = [before, meanwhile, timed];
        var untouched = await Task.WhenAll(silent.Select(device => sidecar.EtagAsync(device.Id)));
        var asked = await AskWhileAsync(down, server, alice);

        Assert.Equal(untouched, await Task.WhenAll(silent.Select(device => sidecar.EtagAsync(device.Id))));
        await bench.Dapr.StartSchedulerAsync();
        for (var i = 0; i < silent.Length; i++)
        {
            var (device, etag) = (silent[i], untouched[i]);
            await Wait.UntilAsync($"the deadline of {device.Id} to be met", async () => await sidecar.EtagAsync(device.Id) != etag);
        }

        Assert.Equal(2, (await before.ClaimAgainAsync()).GetProperty("attempt").GetInt32());
        Assert.Equal(2, (await meanwhile.ClaimAgainAsync()).GetProperty("attempt").GetInt32());
        await alice.UntilAsync(timed.Session, timed.Command, "timed_out");
        Assert.Equal(0, await simulation.ExitAsync(TimeSpan.FromSeconds(150)));
        var verdict = HistoryChecker.Check(ObservationLog.Read(File.ReadLines(log)), new CheckOptions { Drained = true });
        Assert.True(verdict.Held, simulation.Output);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", asked.Select(pair => $"{pair.Key}: {pair.Value}")));
    }

    private static async Task<(ProgramProcess Simulation, string Log)> StartFleetAsync(Bench bench, GatewayServer server)
    {
        var log = Path.Combine(bench.Folder, "log.jsonl");
        var simulation = bench.Start("simulate", BuiltProgram.Agent, [
            "simulate", "--server", server.Url, "--devices", "12", "--rate", "12", "--seed", "7",
            "--duration", (DownSeconds + 5).ToString(CultureInfo.InvariantCulture), "--data", server.DataPath, "--log", log,
        ]);
        await Wait.UntilAsync("the fleet to work", () => simulation.Output.Contains("Sending", StringComparison.Ordinal));
        return (simulation, log);
    }

    /// <summary>Sends, claims and reports all the while; how often which status came.</summary>
    private static async Task<SortedDictionary<HttpStatusCode, int>> AskWhileAsync(Task down, GatewayServer server, CustomerClient alice)
    {
        var seen = new SortedDictionary<HttpStatusCode, int>();
        using var device = new DeviceClient(server.Url);
        await device.RegisterAsync("busy", await alice.ProvisionAsync("busy"));
        var session = await alice.OpenSessionAsync("busy", "diagnostic");
        while (!down.IsCompleted)
        {
            await AskAsync(alice.Http, $"sessions/{session}/commands", new { type = "system_info" });
            var claimed = await AskAsync(device.Http, "commands/claim", new { limit = 10, waitMs = 0 });
            foreach (var command in claimed?.GetProperty("commands").EnumerateArray() ?? [])
            {
                await AskAsync(
                    device.Http, $"commands/{command.GetProperty("id").GetString()}/result",
                    new { claimToken = command.GetProperty("claimToken").GetString(), status = "success", output = "all well", executedAt = "2026-01-01T00:00:00Z", duration = 5 });
            }
        }

        Assert.True(seen.Where(pair => (int)pair.Key < 300).Sum(pair => pair.Value) >= 3, string.Join(", ", seen));
        return seen;

        async Task<JsonElement?> AskAsync(HttpClient http, string path, object body)
        {
            using var answer = await http.PostAsJsonAsync(path, body, Token);
            seen[answer.StatusCode] = seen.GetValueOrDefault(answer.StatusCode) + 1;
            var text = await answer.Content.ReadAsStringAsync(Token);
            if (answer.IsSuccessStatusCode) return JsonElement.Parse(text);
            Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, text);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Equal("SERVICE_UNAVAILABLE", JsonElement.Parse(text).GetProperty("error").GetProperty("code").GetString());
            return null;
        }
    }

    /// <summary>A device that claims its command and says nothing more.</summary>
    private sealed class SilentDevice(DeviceClient client, string id, string session, string command) : IDisposable
    {
        public string Id => id;

        public string Session => session;

        public string Command => command;

        public static async Task<SilentDevice> ClaimAsync(GatewayServer server, CustomerClient customer, string id, int? timeoutMs = null)
        {
            var client = new DeviceClient(server.Url);
            await client.RegisterAsync(id, await customer.ProvisionAsync(id));
            var session = await customer.OpenSessionAsync(id, "diagnostic");
            var sent = await customer.PostAsync($"sessions/{session}/commands", new { type = "system_info", timeoutMs }, HttpStatusCode.Created);
            var claimed = Assert.Single(await client.ClaimAsync(waitMs: 20_000, visibilityTimeout: timeoutMs is null ? ClaimMs : 10 * ClaimMs));
            Assert.Equal(sent.GetProperty("command").GetProperty("id").GetString(), claimed.GetProperty("id").GetString());
            return new SilentDevice(client, id, session, claimed.GetProperty("id").GetString()!);
        }

        public async Task<JsonElement> ClaimAgainAsync()
        {
            var again = Assert.Single(await client.ClaimAsync(waitMs: 20_000));
            Assert.Equal(command, again.GetProperty("id").GetString());
            await client.ReportAsync(again, "all well");
            return again;
        }

        public void Dispose() => client.Dispose();
    }
}
