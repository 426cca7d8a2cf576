using System.Globalization;
using Gateway.Actors.Hosting;
using Gateway.Agent;
using Gateway.Agent.CommandLine;
using Gateway.Agent.Simulation;

namespace Gateway.Api.Hosting;

/// <summary>
/// <c>verify [--url URL] [--token JWT] [--devices N] [--seconds N]</c>: an operator's check of their own deployment. A small simulated
/// fleet with faults works against it, and the verdict says which of the queue's rules held. Its devices are suspended at the end.
/// </summary>
internal static class VerifyCommand
{
    private const string Usage = "Usage: verify [--url URL] [--token JWT] [--devices 1-1000] [--seconds 5-3600]";

    /// <summary>So many commands per second and device that a device stays below its default rate limit.</summary>
    private const double CommandsPerDevice = 0.2;

    /// <summary>One customer's default rate limit bears this many commands per second.</summary>
    private const double MostCommands = 5;

    /// <summary>Whether these arguments ask for it.</summary>
    public static bool IsAskedFor(string[] args) => args is ["verify", ..];

    /// <summary>Runs it; the exit code: 0 when every rule that was observed held and everything was worked off.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var request = Parse(args);
            var token = request.Token ?? await TokenCommand.IssueAsync("verify", TimeSpan.FromHours(2));
            using var signals = new StopSignals();
            var settings = new SimulationSettings
            {
                Server = request.Url ?? DefaultUrl(),
                Customers = [new CustomerAccount("verify", token)],
                Devices = request.Devices,
                Rate = Math.Min(MostCommands, CommandsPerDevice * request.Devices),
                Duration = request.Duration,
                Prefix = "verify",
                SuspendsDevices = true,
            };
            await Console.Out.WriteLineAsync($"Verifying {settings.Server} with {settings.Devices} simulated devices.");
            var screen = new SimulationScreen(Console.Out, TimeProvider.System);
            var result = await FleetSimulation.RunAsync(settings, screen, TimeProvider.System, signals.Stop, signals.Hurry);
            SimulationReport.Write(result, screen);
            return result.Passed ? 0 : 1;
        }
        catch (Exception e) when (TokenCommand.Explain(e) is not null || e is AgentException)
        {
            await Console.Error.WriteLineAsync($"gateway: {TokenCommand.Explain(e) ?? e.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("gateway: stopped before there was a verdict.");
            return 1;
        }
    }

    private static Uri DefaultUrl()
    {
        var builder = WebApplication.CreateBuilder();
        return new Uri(builder.AddGatewayOptions().PublicUrl);
    }

    private static Request Parse(string[] args)
    {
        var request = new Request(null, null, 20, TimeSpan.FromSeconds(30));
        for (var i = 1; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new GatewayStartException($"{args[i]} has no value. {Usage}");
            request = args[i] switch
            {
                "--url" when Uri.TryCreate(value.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is ("http" or "https") =>
                    request with { Url = url },
                "--token" => request with { Token = value },
                "--devices" when Number(value) is { } devices and >= 1 and <= 1_000 => request with { Devices = devices },
                "--seconds" when Number(value) is { } seconds and >= 5 and <= 3_600 => request with { Duration = TimeSpan.FromSeconds(seconds) },
                _ => throw new GatewayStartException($"{args[i]} {value} is not understood. {Usage}"),
            };
        }

        return request;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed record Request(Uri? Url, string? Token, int Devices, TimeSpan Duration);
}
