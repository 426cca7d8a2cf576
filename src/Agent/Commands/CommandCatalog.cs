using System.Collections.Frozen;
using Gateway.Agent.AllowList;
using Gateway.Agent.Metrics;

namespace Gateway.Agent.Commands;

/// <summary>The commands that this agent knows, by name, and which of them this device allows.</summary>
internal sealed class CommandCatalog
{
    /// <summary>What only looks, and so is allowed unless the allow-list says otherwise.</summary>
    public static readonly IReadOnlyList<string> ReadOnly =
    [
        "disk_usage", "dns_lookup", "http_check", "log_tail", "network_interfaces", "ping", "process_list", "system_info", "tcp_check",
    ];

    public const string RunScript = "run_script";

    public const string RestartService = "restart_service";

    private readonly FrozenDictionary<string, ICommand> known;
    private readonly FrozenSet<string> allowed;

    public CommandCatalog(AllowedWork work, ProcFiles proc, ProgramRunner programs, TimeProvider time)
    {
        ICommand[] commands =
        [
            new SystemInfoCommand(proc, time),
            new DiskUsageCommand(),
            new ProcessListCommand(),
            new NetworkInterfacesCommand(),
            new DnsLookupCommand(time),
            new TcpCheckCommand(time),
            new HttpCheckCommand(time),
            new PingCommand(programs),
            new LogTailCommand(work.Logs),
            new RunScriptCommand(work.Scripts, programs),
            new RestartServiceCommand(work.Services, programs),
        ];
        known = commands.ToFrozenDictionary(command => command.Name, StringComparer.Ordinal);
        allowed = work.Commands.ToFrozenSet(StringComparer.Ordinal);
        Allowed = [.. work.Commands.Order(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> Allowed { get; }

    /// <summary>The command, or why there is none.</summary>
    public (ICommand? Command, string Problem) Find(string type)
    {
        if (!known.TryGetValue(type, out ICommand? command))
        {
            string types = string.Join(", ", known.Keys.Order(StringComparer.Ordinal));
            return (null, $"this agent does not know the command type; it knows {types}");
        }

        return allowed.Contains(type) ? (command, "") : (null, $"{type} is not allowed on this device");
    }
}
