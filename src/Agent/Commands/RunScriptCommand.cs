using System.ComponentModel;
using System.Text.RegularExpressions;

namespace Gateway.Agent.Commands;

/// <summary>
/// <c>run_script</c> {name, args?: at most 32 strings of 1024 characters}: an executable file that lies directly in the scripts folder.
/// It runs in that folder, gets the arguments as they are, and what it starts ends with it. Output: what it prints.
/// </summary>
/// <param name="folder">The scripts folder, a full path; null when the device has none.</param>
internal sealed partial class RunScriptCommand(string? folder, ProgramRunner programs) : IPrintingCommand
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public string Name => "run_script";

    public async Task<CommandOutcome> RunAsync(Parameters parameters, Action<string> print, CancellationToken cancel)
    {
        string name = parameters.Text("name");
        if (!ScriptName().IsMatch(name))
            throw new InvalidParameterException("name", "must be the name of a file in the scripts folder: letters, digits, '.', '_', '-'");
        IReadOnlyList<string> arguments = parameters.Texts("args", atMost: 32, longest: 1024);
        parameters.NoMore();
        if (folder is null) return CommandOutcome.Failure("this device has no scripts folder");

        string path = Path.Combine(folder, name);
        if (Refuse(name, new FileInfo(path)) is { } reason) throw new InvalidParameterException("name", reason);
        try
        {
            ProgramRunner.Ended ended = await programs.RunAsync(path, arguments, folder, print, cancel);
            if (ended.ExitCode == 0) return CommandOutcome.Success(ended.Output);
            string detail = ended.LastError.Length > 0 ? $": {ended.LastError}" : "";
            return CommandOutcome.Failure($"{name} ended with exit code {ended.ExitCode}{detail}", ended.Output);
        }
        catch (Win32Exception)
        {
            return CommandOutcome.Failure($"{name} cannot be started: is its first line (#!) right?");
        }
    }

    /// <summary>Why a file is not run, or null.</summary>
    private static string? Refuse(string name, FileInfo file)
    {
        // A link is refused whatever it leads to: what runs is what the owner of the folder put there.
        if (file.LinkTarget is not null) return $"{name} is a link; only real files in the scripts folder are run";
        if (!file.Exists) return $"there is no script {name} on this device";
        if (OperatingSystem.IsWindows()) return null;
        if ((file.UnixFileMode & AnyExecute) == 0) return $"{name} is not executable";
        if ((file.UnixFileMode & UnixFileMode.OtherWrite) != 0) return $"{name} can be changed by every user of the device and is not run";
        return null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex ScriptName();
}
