using System.Globalization;
using Gateway.Core.Verification;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Torture;

/// <summary>
/// The simulated fleet as a process of its own (<c>agent simulate</c>), with claims of at most <see cref="LongestClaim"/>, or with commands that are pushed.
/// </summary>
internal sealed class Fleet
{
    /// <summary>The longest claim that one of its devices asks for.</summary>
    public static readonly TimeSpan LongestClaim = TimeSpan.FromSeconds(3);

    /// <summary>It works off what there is within 90 s, or says that it could not.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(150);

    private readonly string log;
    private readonly bool usesSocket;

    private Fleet(ProgramProcess process, string log, bool usesSocket)
    {
        Process = process;
        this.log = log;
        this.usesSocket = usesSocket;
    }

    public ProgramProcess Process { get; }

    /// <summary>Starts a fleet that is sent commands until <see cref="DrainAsync"/>, and waits until it works.</summary>
    /// <param name="bench">What it ends with.</param>
    /// <param name="server">The server.</param>
    /// <param name="seed">The same seed makes the same choices.</param>
    /// <param name="network">What is between it and the server; null: nothing.</param>
    /// <param name="usesSocket">Whether commands come over sockets, of a server with <see cref="TorturedAgent.ServerSettings"/>.</param>
    public static async Task<Fleet> StartAsync(Bench bench, GatewayServer server, int seed, Network? network = null, bool usesSocket = false)
    {
        var log = Path.Combine(bench.Folder, "fleet.jsonl");
        var process = bench.Start("fleet", BuiltProgram.Agent, [
            "simulate", "--server", network?.Url ?? server.Url, "--data", server.DataPath, "--devices", "16", "--rate", "30", "--duration", "86400",
            "--claim", LongestClaim.TotalSeconds.ToString(CultureInfo.InvariantCulture), "--seed", seed.ToString(CultureInfo.InvariantCulture), "--log", log,
            "--transport", usesSocket ? "ws" : "rest", "--reconnect-grace", TorturedAgent.Grace.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ]);
        var fleet = new Fleet(process, log, usesSocket);
        await Wait.UntilAsync("the fleet to work", () =>
        {
            Assert.False(process.HasExited, "The fleet ended.");
            return process.Output.Contains("Sending", StringComparison.Ordinal);
        });
        return fleet;
    }

    /// <summary>Sends no more, lets it work off what there is, and expects that no rule was broken, by its own verdict and by its log.</summary>
    /// <param name="least">How many commands it must have been sent, or it has shown nothing.</param>
    public async Task DrainAsync(int least = 100)
    {
        Process.Terminate();
        Assert.True(await Process.ExitAsync(EndLimit) == 0, $"The fleet's verdict:\n{Process.Output}\n{Process.Errors}");
        var entries = ObservationLog.Read(File.ReadLines(log)).ToList();
        var verdict = HistoryChecker.Check(entries, new CheckOptions { Drained = true });
        Assert.True(verdict.Held, string.Join('\n', verdict.Violations.Select(violation => $"{violation.Rule}: {violation.Subject}. {violation.Message}")));
        Assert.True(verdict.Commands > least, $"Only {verdict.Commands} commands were sent.");
        Assert.Contains(entries, entry => entry.Answered is null);
        Assert.All(entries.OfType<ClaimSeen>(), claim => Assert.True(claim is PushSeen || claim.Request is not null));
        Assert.Equal(usesSocket, entries.OfType<PushSeen>().Count() > least && entries.OfType<LostSeen>().Any());
    }
}
