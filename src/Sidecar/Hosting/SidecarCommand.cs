using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Net;

namespace Gateway.Sidecar.Hosting;

/// <summary>The command line of the stand-alone sidecar, with the names of daprd's flags.</summary>
internal static class SidecarCommand
{
    private static readonly Option<string?> AppId = new("--app-id") { Description = "The app's id" };
    private static readonly Option<int?> AppPort = new("--app-port") { Description = "The port the app listens on" };
    private static readonly Option<string> AppProtocol = new("--app-protocol") { DefaultValueFactory = _ => "http", Description = "http; others are not supported" };
    private static readonly Option<int> HttpPort = new("--dapr-http-port") { DefaultValueFactory = _ => 3500, Description = "The port of the HTTP API; 0 takes a free one" };
    private static readonly Option<string> ListenAddresses = new("--dapr-listen-addresses") { DefaultValueFactory = _ => "127.0.0.1", Description = "The address of the HTTP API" };
    private static readonly Option<AppFlag[]> Apps = new("--app") { CustomParser = AppFlag.Parse, Description = "id:app-port:http-port of one of several app processes, each with a sidecar of its own in this process (this sidecar's own flag); repeated, in place of --app-id, --app-port and --dapr-http-port" };
    private static readonly Option<string[]> ResourcesPath = new("--resources-path", "-d", "--components-path") { Description = "A folder with component files; may be repeated" };
    private static readonly Option<string?> Config = new("--config", "-c") { Description = "A file with a Configuration" };
    private static readonly Option<string?> DataPath = new("--data-path") { Description = "The folder for reminders and jobs (this sidecar's own flag); without it they are kept in memory" };
    private static readonly Option<LogLevel> Level = new("--log-level") { CustomParser = ParseLevel, DefaultValueFactory = _ => LogLevel.Information, Description = "debug, info, warn, error or fatal" };
    private static readonly Option<long?> MaxBodySize = new("--max-body-size") { CustomParser = ParseSize, Description = "The largest request body, such as 4Mi (the default)" };
    private static readonly Option<int?> MaxRequestSize = new("--dapr-http-max-request-size") { Description = "The largest request body in MB (the older form of --max-body-size)" };
    private static readonly Option<int?> AppMaxConcurrency = new("--app-max-concurrency") { Description = "How many requests the app gets at once" };
    private static readonly Option<bool> AppHealthCheck = new("--enable-app-health-check") { Description = "Probe the app's health" };
    private static readonly Option<string> AppHealthPath = new("--app-health-check-path") { DefaultValueFactory = _ => "/healthz", Description = "The path of the probe" };
    private static readonly Option<int> AppHealthInterval = new("--app-health-probe-interval") { DefaultValueFactory = _ => 5, Description = "Seconds between two probes" };
    private static readonly Option<int> AppHealthTimeout = new("--app-health-probe-timeout") { DefaultValueFactory = _ => 500, Description = "Milliseconds a probe may take" };
    private static readonly Option<int> AppHealthThreshold = new("--app-health-threshold") { DefaultValueFactory = _ => 3, Description = "Failed probes in a row that make the app unhealthy" };

    /// <summary>Runs until Ctrl+C, SIGTERM or a call of /v1.0/shutdown. Exit code 1 when it cannot start, with a line that says why.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult flags = Create().Parse(args);
        if (flags.Action is not ParseErrorAction) return await flags.InvokeAsync();
        foreach (ParseError error in flags.Errors) await Console.Error.WriteLineAsync(error.Message);
        return 1;
    }

    private static RootCommand Create()
    {
        var command = new RootCommand("Dapr's HTTP API for apps on one machine.")
        {
            AppId, Apps, AppPort, AppProtocol, HttpPort, ListenAddresses, ResourcesPath, Config, DataPath, Level, MaxBodySize, MaxRequestSize,
            AppMaxConcurrency, AppHealthCheck, AppHealthPath, AppHealthInterval, AppHealthTimeout, AppHealthThreshold,
        };
        Check(AppProtocol, protocol => protocol == "http", "supports only http");
        Check(AppPort, port => port is >= 1 and <= 65535, "must be from 1 to 65535");
        Check(HttpPort, port => port is >= 0 and <= 65535, "must be from 0 to 65535");
        Check(ListenAddresses, address => IPAddress.TryParse(address, out _), "must be one IP address");
        Check(AppHealthInterval, seconds => seconds >= 1, "must be at least 1");
        Check(AppHealthTimeout, milliseconds => milliseconds >= 1, "must be at least 1");
        Check(AppHealthThreshold, probes => probes >= 1, "must be at least 1");
        Check(MaxRequestSize, megabytes => megabytes >= 1, "must be at least 1");
        Check(AppMaxConcurrency, limit => limit >= 0, "must not be negative");
        command.Validators.Add(result =>
        {
            bool several = result.GetResult(Apps) is not null;
            if (!several && result.GetResult(AppId) is null) result.AddError("Option '--app-id' is required.");
            if (several && ((Option[])[AppId, AppPort, HttpPort]).Any(option => result.GetResult(option) is { Implicit: false }))
                result.AddError("--app stands in place of --app-id, --app-port and --dapr-http-port");
        });
        command.SetAction(RunAsync);
        return command;
    }

    // A validator of the whole command would see no default values.
    private static void Check<T>(Option<T> option, Func<T?, bool> good, string rule) => option.Validators.Add(result =>
    {
        if (!result.Tokens.All(token => token.Value.Length > 0) || !good(result.GetValueOrDefault<T>())) result.AddError($"{option.Name} {rule}");
    });

    private static SidecarOptions Read(ParseResult flags, string appId, int? appPort, int httpPort) => new()
    {
        AppId = appId,
        AppPort = appPort,
        HttpPort = httpPort,
        ListenAddress = flags.GetRequiredValue(ListenAddresses),
        ResourcesPaths = flags.GetValue(ResourcesPath) ?? [],
        ConfigPath = flags.GetValue(Config),
        DataPath = flags.GetValue(DataPath),
        DaprApiToken = Variable("DAPR_API_TOKEN"),
        AppApiToken = Variable("APP_API_TOKEN"),
        Namespace = Variable("NAMESPACE"),
        MaxBodySize = flags.GetValue(MaxBodySize) ?? (flags.GetValue(MaxRequestSize) ?? 4L) * (1 << 20),
        AppMaxConcurrency = flags.GetValue(AppMaxConcurrency),
        AppHealth = !flags.GetValue(AppHealthCheck) ? null : new AppHealthOptions
        {
            Path = flags.GetRequiredValue(AppHealthPath),
            Interval = TimeSpan.FromSeconds(flags.GetValue(AppHealthInterval)),
            Timeout = TimeSpan.FromMilliseconds(flags.GetValue(AppHealthTimeout)),
            Threshold = flags.GetValue(AppHealthThreshold),
        },
    };

    private static async Task<int> RunAsync(ParseResult flags, CancellationToken cancellationToken)
    {
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(flags.GetValue(Level))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddSimpleConsole(console => console.SingleLine = true));
        try
        {
            if (flags.GetValue(Apps) is { Length: > 0 } apps) await ServeAsync(flags, apps, loggers, cancellationToken);
            else await ServeAsync(flags, loggers, cancellationToken);
            return 0;
        }
        catch (SidecarStartException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
    }

    private static async Task ServeAsync(ParseResult flags, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        SidecarOptions options = Read(flags, flags.GetRequiredValue(AppId)!, flags.GetValue(AppPort), flags.GetValue(HttpPort));
        await using SidecarHost host = await SidecarHost.StartAsync(options, loggers, TimeProvider.System, cancellationToken);
        await UntilShutdownAsync(host, cancellationToken);
    }

    private static async Task ServeAsync(ParseResult flags, AppFlag[] apps, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        SidecarOptions[] options = [.. apps.Select(app => Read(flags, app.AppId, app.AppPort, app.HttpPort))];
        await using SidecarGroup group = await SidecarGroup.StartAsync(options, loggers, TimeProvider.System, cancellationToken);
        // A shutdown ends the one sidecar that was asked, and the last one ends the process.
        List<Task> running = [.. group.Sidecars.Select(async sidecar =>
        {
            await UntilShutdownAsync(sidecar, cancellationToken);
            await sidecar.StopAsync(cancellationToken);
        })];
        while (running.Count > 0)
        {
            Task ended = await Task.WhenAny(running);
            running.Remove(ended);
            await ended;
        }
    }

    private static async Task UntilShutdownAsync(SidecarHost host, CancellationToken cancellationToken)
    {
        // A start that fails once the app is there ends the process, as does a shutdown while the app is not.
        await await Task.WhenAny(host.Ready, host.ShutdownRequested).WaitAsync(cancellationToken);
        await host.ShutdownRequested.WaitAsync(cancellationToken);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static LogLevel ParseLevel(ArgumentResult argument)
    {
        switch (argument.Tokens[0].Value)
        {
            case "debug": return LogLevel.Debug;
            case "info": return LogLevel.Information;
            case "warn": return LogLevel.Warning;
            case "error": return LogLevel.Error;
            case "fatal": return LogLevel.Critical;
            default:
                argument.AddError($"--log-level '{argument.Tokens[0].Value}' is not one of debug, info, warn, error, fatal");
                return default;
        }
    }

    private static long? ParseSize(ArgumentResult argument)
    {
        if (ByteSize.TryParse(argument.Tokens[0].Value, out long bytes)) return bytes;
        argument.AddError($"--max-body-size '{argument.Tokens[0].Value}' is no size; write for example 4Mi");
        return null;
    }
}
