using System.CommandLine;
using Gateway.Agent.Credentials;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.CommandLine;

/// <summary>What all commands of a device take, and some of it others.</summary>
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

    /// <summary>The gateway's address.</summary>
    public static Option<string> Server(string example)
    {
        var server = new Option<string>("--server") { HelpName = "URL", Description = $"The gateway's address, for example {example}.", Required = true };
        server.Validators.Add(result =>
        {
            if (TryServer(result.GetValueOrDefault<string>()) is null) result.AddError($"--server must be an http or https address, for example {example}.");
        });
        return server;
    }

    /// <summary>The data folder of a server in Development on this machine.</summary>
    public static Option<string> Data(string keeps) => new("--data")
    {
        HelpName = "DIR",
        Description = $"The server's data folder, where Development keeps {keeps}. Default: .gateway.",
        DefaultValueFactory = _ => ".gateway",
    };

    /// <summary>The address as it is kept: without a slash at the end; null when it is none.</summary>
    internal static string? TryServer(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri.AbsoluteUri.TrimEnd('/')
            : null;

    public static void WarnUnlessProtected(string server, ILogger log)
    {
        if (!IsProtected(server)) AgentLog.Unprotected(log, server);
    }

    /// <summary>Whether what travels there cannot be read on the way.</summary>
    public static bool IsProtected(string server) => new Uri(server) is { Scheme: "https" } or { IsLoopback: true };
}
