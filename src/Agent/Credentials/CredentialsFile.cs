using System.Text.Json;
using Gateway.Agent.Files;

namespace Gateway.Agent.Credentials;

/// <summary>
/// The credentials file and the names of what the agent keeps beside it. Default:
/// <c>$XDG_CONFIG_HOME/gateway-agent/credentials.json</c>, else <c>~/.config/gateway-agent/credentials.json</c>.
/// </summary>
internal sealed class CredentialsFile(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Results that the gateway has not taken yet.</summary>
    public string OutboxFolder => Beside("outbox");

    /// <summary>Commands that were started and not finished.</summary>
    public string JournalFolder => Beside("journal");

    /// <summary>Held while an agent runs on these credentials.</summary>
    public string LockPath => Beside("lock");

    public static string DefaultPath()
    {
        string? configured = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
        // The XDG base directory specification: a relative path is invalid and is ignored.
        string root = configured is not null && System.IO.Path.IsPathRooted(configured)
            ? configured
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return System.IO.Path.Combine(root, "gateway-agent", "credentials.json");
    }

    /// <summary>The content, or null when there is no file.</summary>
    /// <exception cref="AgentException">The file can be read by others, cannot be read, or is no credentials file.</exception>
    public DeviceCredentials? TryRead()
    {
        try
        {
            return JsonSerializer.Deserialize(PrivateFile.ReadSecret(Path), CredentialsJson.Default.DeviceCredentials)
                ?? throw new JsonException();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException broken)
        {
            throw new AgentException($"{Path} is not a credentials file of the agent. Name another with --credentials.", broken);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new AgentException($"{Path} cannot be read: {denied.Message}", denied);
        }
    }

    /// <exception cref="AgentException">The file cannot be written.</exception>
    public void Write(DeviceCredentials credentials)
    {
        try
        {
            PrivateFile.Write(Path, JsonSerializer.SerializeToUtf8Bytes(credentials, CredentialsJson.Default.DeviceCredentials));
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new AgentException($"{Path} cannot be written: {denied.Message}", denied);
        }
    }

    public void Delete() => File.Delete(Path);

    private string Beside(string what) => System.IO.Path.ChangeExtension(Path, what);
}
