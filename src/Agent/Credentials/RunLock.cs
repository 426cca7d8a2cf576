using Gateway.Agent.Files;

namespace Gateway.Agent.Credentials;

/// <summary>
/// Held by the one agent that runs on a credentials file: two would deliver from the same outbox and each see the other's
/// running commands as crashed. The system lets go of it when the process ends, however it ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream held;

    private RunLock(FileStream held) => this.held = held;

    /// <exception cref="AgentException">Another agent runs with these credentials.</exception>
    public static RunLock Take(CredentialsFile file)
    {
        try
        {
            PrivateFile.CreateFolder(Path.GetDirectoryName(file.LockPath)!);
            return new RunLock(new FileStream(file.LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new AgentException($"{file.LockPath} cannot be written: {denied.Message}", denied);
        }
        catch (IOException busy)
        {
            throw new AgentException($"Another agent is already running with {file.Path}.", busy);
        }
    }

    public void Dispose() => held.Dispose();
}
