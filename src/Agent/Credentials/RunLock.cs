using Gateway.Agent.Files;

namespace Gateway.Agent.Credentials;

/// <summary>
/// Held by the one agent that runs on a set of files: two would deliver from the same outbox and each see the other's
/// running commands as crashed. The system lets go of it when the process ends, however it ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream held;

    private RunLock(FileStream held) => this.held = held;

    /// <param name="path">The file that is held.</param>
    /// <param name="what">What it stands for, in the message.</param>
    /// <exception cref="AgentException">Another agent runs with it.</exception>
    public static RunLock Take(string path, string what)
    {
        try
        {
            PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);
            return new RunLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new AgentException($"{path} cannot be written: {denied.Message}", denied);
        }
        catch (IOException busy)
        {
            throw new AgentException($"Another agent is already running with {what}.", busy);
        }
    }

    public void Dispose() => held.Dispose();
}
