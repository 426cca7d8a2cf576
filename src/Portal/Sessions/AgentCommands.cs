using System.Globalization;

namespace Gateway.Portal.Sessions;

/// <summary>The commands that the agent knows (src/Agent/README.md), as a form can ask for them. A device may allow fewer.</summary>
internal static class AgentCommands
{
    /// <summary>All of them, those that only look first.</summary>
    public static IReadOnlyList<AgentCommand> All { get; } =
    [
        new("system_info", "System information", "Name, system, processor, memory, uptime, load, temperature."),
        new("disk_usage", "Disk usage", "File systems and their space."),
        new("process_list", "Processes", "What runs, without command lines.",
            CommandField.Number("limit", "How many", 1, 500, 50),
            CommandField.Choice("sort", "Sorted by", "memory", "cpu", "pid")),
        new("network_interfaces", "Network", "Addresses, gateways, name servers, traffic."),
        new("dns_lookup", "DNS lookup", "The addresses of a name, as the device sees them.",
            CommandField.Text("host", "Host", "example.org"),
            CommandField.Choice("type", "Records", "any", "A", "AAAA")),
        new("tcp_check", "Port check", "Whether a connection opens.",
            CommandField.Text("host", "Host", "example.org"),
            CommandField.Number("port", "Port", 1, 65_535, null),
            CommandField.Number("timeoutMs", "Time limit in ms", 100, 30_000, 5_000)),
        new("http_check", "Web check", "The status that an address answers.",
            CommandField.Text("url", "Address", "https://example.org/"),
            CommandField.Choice("method", "Method", "GET", "HEAD"),
            CommandField.Number("timeoutMs", "Time limit in ms", 100, 30_000, 10_000)),
        new("ping", "Ping", "Whether and how fast a host answers.",
            CommandField.Text("host", "Host", "example.org"),
            CommandField.Number("count", "How often", 1, 10, 4)),
        new("log_tail", "Log", "The last lines of a log that the device allows.",
            CommandField.Text("path", "File", "/var/log/syslog"),
            CommandField.Number("lines", "Lines", 1, 5_000, 100)),
        new("run_script", "Run a script", "One of the device's own scripts.",
            CommandField.Text("name", "Script", "cleanup"),
            CommandField.Lines("args", "Arguments, one a line", 32)),
        new("restart_service", "Restart a service", "One that the device allows.",
            CommandField.Text("name", "Service", "nginx")),
    ];

    /// <summary>A command by its name; null: the agent has none.</summary>
    public static AgentCommand? Find(string name) => All.FirstOrDefault(command => command.Name == name);
}

/// <summary>One of the agent's commands.</summary>
/// <param name="Name">As it is sent.</param>
/// <param name="Title">As people call it.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Fields">Its parameters.</param>
internal sealed record AgentCommand(string Name, string Title, string Summary, params IReadOnlyList<CommandField> Fields);

/// <summary>How a parameter is asked for.</summary>
internal enum FieldKind
{
    Text,
    Number,
    Choice,
    Lines,
}

/// <summary>A parameter of a command.</summary>
/// <param name="Name">As it is sent.</param>
/// <param name="Label">As people call it.</param>
/// <param name="Kind">How it is asked for.</param>
/// <param name="IsRequired">Whether the command needs it.</param>
/// <param name="Min">The smallest number.</param>
/// <param name="Max">The largest number, or the most lines.</param>
/// <param name="Default">What the agent takes when it is not given; null: nothing.</param>
/// <param name="Choices">What can be chosen, the agent's default first.</param>
/// <param name="Example">Shown while it is empty.</param>
internal sealed record CommandField(
    string Name, string Label, FieldKind Kind, bool IsRequired, int Min = 0, int Max = 0, string? Default = null,
    IReadOnlyList<string>? Choices = null, string? Example = null)
{
    /// <summary>What may be given, in words; null: anything.</summary>
    public string? Hint => Kind switch
    {
        FieldKind.Number => string.Create(CultureInfo.InvariantCulture, $"{Min} to {Max}"),
        FieldKind.Lines => string.Create(CultureInfo.InvariantCulture, $"At most {Max}"),
        _ => null,
    };

    /// <summary>A text that the command needs.</summary>
    public static CommandField Text(string name, string label, string example) => new(name, label, FieldKind.Text, true, Example: example);

    /// <summary>A whole number; needed unless the agent has a default.</summary>
    public static CommandField Number(string name, string label, int min, int max, int? otherwise) =>
        new(name, label, FieldKind.Number, otherwise is null, min, max, otherwise?.ToString(CultureInfo.InvariantCulture));

    /// <summary>One of several; the first is the agent's default.</summary>
    public static CommandField Choice(string name, string label, params IReadOnlyList<string> choices) =>
        new(name, label, FieldKind.Choice, false, Default: choices[0], Choices: choices);

    /// <summary>Texts, one a line.</summary>
    public static CommandField Lines(string name, string label, int most) => new(name, label, FieldKind.Lines, false, Max: most);
}
