using System.CommandLine;
using Gateway.Agent.Credentials;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.CommandLine;

/// <summary>What both commands take.</summary>
internal sealed class SharedOptions
{
    public Option<string> Credentials { get; } = new("--credentials")
    {
        Description = "The file that holds this device's credentials, readable by its user alone. "
            + "Default: $XDG_CONFIG_HOME/gateway-agent/credentials.json, else ~/.config/gateway-agent/credentials.json.",
        HelpName = "PATH",
    };

    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Say more about what happens." };

    public void AddTo(Command command)
    {
        command.Add(Credentials);
        command.Add(Verbose);
    }

    public CredentialsFile File(ParseResult parsed) => new(parsed.GetValue(Credentials) ?? CredentialsFile.DefaultPath());

    public ILogger Log(ParseResult parsed) => new ConsoleLog(
        parsed.InvocationConfiguration.Error, parsed.GetValue(Verbose) ? LogLevel.Debug : LogLevel.Information, TimeProvider.System);

    public static void WarnUnlessProtected(string server, ILogger log)
    {
        var address = new Uri(server);
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback) AgentLog.Unprotected(log, server);
    }
}
