using System.CommandLine;
using System.Text.RegularExpressions;
using Gateway.Agent.Credentials;
using Gateway.Agent.Metrics;
using Gateway.Agent.Registration;
using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Agent.CommandLine;

/// <summary><c>register</c>: makes this machine the device that its owner has provisioned.</summary>
internal static partial class RegisterCommand
{
    public static Command Create(StopSignals signals)
    {
        Option<string> server = SharedOptions.Server("https://gateway.example.com");
        Option<string> device = Text("--device", "ID", "The id under which the owner provisioned this device.", required: true);
        Option<string> code = Text("--code", "CODE", "The activation code that the owner was given; good once, for 24 h.", required: true);
        Option<string> location = Text("--location", "TEXT", "Where the device stands, in words.");
        Option<string> model = Text("--model", "TEXT", "What the device is. Default: what the board says of itself, if it does.");
        device.Validators.Add(result =>
        {
            if (!DeviceId().IsMatch(result.GetValueOrDefault<string>() ?? ""))
                result.AddError("--device must be 1 to 128 letters, digits, '.', '_' or '-'.");
        });

        var command = new Command("register", "Make this machine a device of Gateway. Safe to repeat when it was cut off.")
        {
            server, device, code, location, model,
        };
        var shared = new SharedOptions();
        shared.AddTo(command);
        command.SetAction(parsed => RegisterAsync(
            new RegistrationRequest(
                SharedOptions.TryServer(parsed.GetValue(server))!, parsed.GetValue(device)!, parsed.GetValue(code)!,
                parsed.GetValue(location), parsed.GetValue(model) ?? new ProcFiles().Model()),
            shared.File(parsed), shared.Log(parsed), parsed.InvocationConfiguration.Output, signals.Stop));
        return command;
    }

    private static async Task<int> RegisterAsync(RegistrationRequest request, CredentialsFile file, ILogger log, TextWriter output, CancellationToken stop)
    {
        SharedOptions.WarnUnlessProtected(request.Server, log);
        // The registrar says itself what it waits for.
        using var client = new GatewayClient(request.Server, TimeProvider.System, NullLogger.Instance);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10));
        var registrar = new Registrar(file, client, backoff, TimeProvider.System, log);
        RegistrationOutcome outcome = await registrar.RegisterAsync(request, stop);

        string device = outcome.Credentials.DeviceId;
        string next = file.Path == CredentialsFile.DefaultPath() ? "run" : $"run --credentials '{file.Path}'";
        await output.WriteLineAsync(outcome.AlreadyKnown
            ? $"Device {device} was registered before; the secret in {file.Path} works."
            : $"Device {device} is registered. Its secret is in {file.Path}, for this user alone.");
        await output.WriteLineAsync($"Next: {next}");
        return ExitCode.Ok;
    }

    private static Option<string> Text(string name, string shownAs, string description, bool required = false) =>
        new(name) { HelpName = shownAs, Description = description, Required = required };

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,128}\z")]
    private static partial Regex DeviceId();
}
