using System.CommandLine;
using Gateway.Agent.Simulation;

namespace Gateway.Agent.CommandLine;

/// <summary><c>simulate</c>: a fleet with faults against a gateway, and a verdict on what it saw.</summary>
internal static class SimulateCommand
{
    /// <summary>What the server allows a customer by default, in requests a minute, and a little less.</summary>
    private const int RequestsOfACustomer = 900, RequestsOfACommand = 3, DevicesOfACustomer = 300, MostCustomers = 200;

    public static Command Create(StopSignals signals)
    {
        Option<string> server = SharedOptions.Server("http://localhost:8000");
        var devices = Number("--devices", 100, 1, 20_000, "How many devices.");
        var rate = Number("--rate", 10, 1, 100_000, "Commands per second, over the whole fleet.");
        var seed = Number("--seed", 1, 0, int.MaxValue, "The same seed makes the same choices.");
        var duration = Number("--duration", 60, 1, 86_400, "Seconds during which commands are sent.");
        var claim = Number("--claim", 8, 2, 60, "Seconds of the longest claim that a device asks for.");
        var grace = Number("--reconnect-grace", 30, 1, 300, "Seconds that the server keeps the claims of a lost socket (Gateway:Channels:ReconnectGrace).");
        var tokens = new Option<string[]>("--customer-token")
        {
            HelpName = "JWT",
            Description = "A customer's token; may be given several times. Default: customers of Development, signed with the server's secret.",
        };
        Option<string> data = SharedOptions.Data("its secret");
        var log = new Option<string>("--log") { HelpName = "FILE", Description = "Keep the log of all requests and answers, as JSON Lines." };
        Option<string> transport = RunCommand.Transport("How commands come to the devices: over sockets (ws), which are cut now and then; or by requests (rest).");
        transport.DefaultValueFactory = _ => "rest";
        var command = new Command("simulate", "Run a fleet of simulated devices with faults, and judge whether the gateway kept its rules.")
        {
            server, devices, rate, seed, duration, claim, transport, grace, tokens, data, log,
        };
        command.SetAction(parsed => RunAsync(
            new SimulationSettings
            {
                Server = new Uri(SharedOptions.TryServer(parsed.GetValue(server))! + "/"),
                Customers = Customers(
                    parsed.GetValue(tokens) ?? [], parsed.GetValue(data)!, parsed.GetValue(devices), parsed.GetValue(rate)),
                Devices = parsed.GetValue(devices),
                Rate = parsed.GetValue(rate),
                Seed = parsed.GetValue(seed),
                Duration = TimeSpan.FromSeconds(parsed.GetValue(duration)),
                LongestClaim = TimeSpan.FromSeconds(parsed.GetValue(claim)),
                UsesSocket = parsed.GetValue(transport) == "ws",
                ReconnectGrace = TimeSpan.FromSeconds(parsed.GetValue(grace)),
                LogPath = parsed.GetValue(log),
            },
            parsed.InvocationConfiguration.Output, signals));
        return command;
    }

    private static async Task<int> RunAsync(SimulationSettings settings, TextWriter output, StopSignals signals)
    {
        var screen = new SimulationScreen(output, TimeProvider.System);
        SimulationResult result = await FleetSimulation.RunAsync(settings, screen, TimeProvider.System, signals.Stop, signals.Hurry);
        SimulationReport.Write(result, screen);
        return result.Passed ? ExitCode.Ok : ExitCode.Error;
    }

    private static IReadOnlyList<CustomerAccount> Customers(string[] tokens, string data, int devices, int rate) => tokens.Length > 0
        ? [.. tokens.Select((token, i) => new CustomerAccount($"customer-{i + 1}", token))]
        : DevelopmentCustomers.Create(
            Math.Min(MostCustomers, 1 + devices / DevicesOfACustomer + 60 * rate * RequestsOfACommand / RequestsOfACustomer), data, TimeProvider.System);

    internal static Option<int> Number(string name, int otherwise, int from, int to, string description) =>
        RunCommand.Number(name, otherwise, from, to, $"{description} {from:N0} to {to:N0}; default {otherwise}.");
}
