using System.CommandLine;
using Gateway.Agent.AllowList;

namespace Gateway.Agent.CommandLine;

/// <summary>What a device and a node may do when they are told to, and how long it may take when they stop.</summary>
internal sealed class WorkOptions
{
    private readonly Option<string> allow = new("--allow")
    {
        HelpName = "PATH",
        Description = "The allow-list, a JSON file: which commands this machine carries out. Default: those that only look.",
    };

    private readonly Option<string> scripts = new("--scripts")
    {
        HelpName = "DIR",
        Description = "Allow run_script, for the executable files in this folder.",
    };

    private readonly Option<string> services = new("--services")
    {
        HelpName = "A,B",
        Description = "Allow restart_service, for these systemd services.",
    };

    private readonly Option<int> grace = RunCommand.Number("--grace", 10, 0, 300,
        "Seconds that what runs may take to finish when it is told to stop, 0 to 300.");

    public void AddTo(Command command)
    {
        command.Add(allow);
        command.Add(scripts);
        command.Add(services);
        command.Add(grace);
    }

    public TimeSpan GraceOf(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(grace));

    public AllowedWork Read(ParseResult parsed) => AllowListReader.Read(
        parsed.GetValue(allow), parsed.GetValue(scripts),
        (parsed.GetValue(services) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
