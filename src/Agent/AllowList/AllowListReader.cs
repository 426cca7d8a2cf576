using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Agent.Commands;
using Gateway.Agent.Files;

namespace Gateway.Agent.AllowList;

/// <summary>
/// Reads and checks the allow-list: an error stops the agent, since a list that is half understood allows the wrong things.
/// </summary>
internal static partial class AllowListReader
{
    /// <summary>The system logs that <c>log_tail</c> shows where no list says otherwise.</summary>
    public static readonly IReadOnlyList<string> DefaultLogs = ["/var/log/syslog", "/var/log/messages", "/var/log/kern.log"];

    /// <param name="path">The allow-list, or null for the built-in one.</param>
    /// <param name="scripts">A scripts folder from the command line: wins over the list's, and allows <c>run_script</c>.</param>
    /// <param name="services">Services from the command line: join the list's, and allow <c>restart_service</c>.</param>
    /// <exception cref="AgentException">Something is wrong; the message names the place.</exception>
    public static AllowedWork Read(string? path, string? scripts, IReadOnlyList<string> services)
    {
        AllowListFile file = path is null ? new AllowListFile() : Parse(path);
        string source = path ?? "the command line";
        string? folder = (scripts ?? file.Scripts) is { } named ? Folder(named, scripts is null ? source : "--scripts") : null;
        var allServices = Names(file.Services ?? [], source).Concat(Names(services, "--services")).ToHashSet(StringComparer.Ordinal);
        var commands = (file.Commands ?? CommandCatalog.ReadOnly).ToHashSet(StringComparer.Ordinal);
        if (commands.FirstOrDefault(name => !IsKnown(name)) is { } stranger)
            throw new AgentException($"{source}: commands: '{stranger}' is not a command; there are {string.Join(", ", KnownCommands())}.");

        if (scripts is not null || (file.Commands is null && folder is not null)) commands.Add(CommandCatalog.RunScript);
        if (services.Count > 0 || (file.Commands is null && allServices.Count > 0)) commands.Add(CommandCatalog.RestartService);
        if (commands.Contains(CommandCatalog.RunScript) && folder is null)
            throw new AgentException($"{source}: commands: run_script needs a scripts folder; add \"scripts\" or --scripts.");
        if (commands.Contains(CommandCatalog.RestartService) && allServices.Count == 0)
            throw new AgentException($"{source}: commands: restart_service needs services; add \"services\" or --services.");

        return new AllowedWork(commands, folder, allServices, Logs(file.Logs ?? DefaultLogs, source));
    }

    private static AllowListFile Parse(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(PrivateFile.ReadTrusted(path), AllowListJson.Default.AllowListFile)
                ?? throw new AgentException($"{path}: must be a JSON object.");
        }
        catch (JsonException wrong)
        {
            string place = wrong.LineNumber is { } line ? $"line {line + 1}: " : "";
            throw new AgentException(
                $"{path}: {place}not an allow-list. Known are commands, scripts, services, logs. ({Short(wrong.Message)})", wrong);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new AgentException($"The allow-list cannot be read: {denied.Message}", denied);
        }
    }

    private static string Folder(string path, string source)
    {
        string full = Path.GetFullPath(path);
        if (!Directory.Exists(full)) throw new AgentException($"{source}: the scripts folder {full} does not exist.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(full) & UnixFileMode.OtherWrite) != 0)
            throw new AgentException($"{source}: every user may put scripts into {full}. Run: chmod o-w '{full}'");
        return full;
    }

    private static IEnumerable<string> Names(IEnumerable<string> names, string source)
    {
        foreach (string name in names)
        {
            if (!ServiceName().IsMatch(name)) throw new AgentException($"{source}: services: '{name}' is not the name of a service.");
            yield return name;
        }
    }

    private static HashSet<string> Logs(IEnumerable<string> paths, string source)
    {
        var logs = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            if (!Path.IsPathFullyQualified(path) || Path.GetFullPath(path) != path)
                throw new AgentException($"{source}: logs: '{path}' is not a full path.");
            logs.Add(path);
        }

        return logs;
    }

    private static bool IsKnown(string name) => KnownCommands().Contains(name);

    private static IEnumerable<string> KnownCommands() =>
        CommandCatalog.ReadOnly.Append(CommandCatalog.RunScript).Append(CommandCatalog.RestartService);

    private static string Short(string message) => message.Split(" Path:")[0];

    /// <summary>Unit names (systemd.unit(5)); the first character keeps a name from being an option.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9:_.@-]{0,127}\z")]
    private static partial Regex ServiceName();
}
