using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Agent.Files;

namespace Gateway.Agent.CommandLine;

/// <summary>
/// A token of the orchestrator: from the environment or from a file, never from the command line, which every user of a machine can read. The file
/// holds the token alone, or is a server's <c>secrets.json</c>.
/// </summary>
internal static class NodeToken
{
    /// <summary>Opens the nodes' socket.</summary>
    public const string NodeName = "ORCH_NODE_TOKEN";

    /// <summary>Opens the orchestrator's REST API.</summary>
    public const string AdminName = "ORCH_ADMIN_TOKEN";

    private const int Shortest = 32;

    /// <summary>The option that names the file.</summary>
    public static Option<string> File(string name) => new("--token-file")
    {
        HelpName = "PATH",
        Description = $"A file that holds the token and only its user can read; the secrets.json of a server's data folder will do. Default: the environment variable {name}.",
    };

    /// <summary>Reads a token.</summary>
    /// <param name="name">What it is called in the environment and in a server's file.</param>
    /// <param name="path">The file; null: from the environment.</param>
    /// <exception cref="AgentException">There is none, or it is none.</exception>
    public static string Read(string name, string? path)
    {
        string? token = path is null ? Environment.GetEnvironmentVariable(name) : ReadFile(name, path);
        if (string.IsNullOrEmpty(token)) throw new AgentException($"There is no token: set the environment variable {name}, or name a file with --token-file.");
        if (token.Length < Shortest || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new AgentException($"{path ?? name} holds no token: at least {Shortest} characters, none of them a blank.");
        return token;
    }

    private static string? ReadFile(string name, string path)
    {
        try
        {
            string text = Encoding.UTF8.GetString(PrivateFile.ReadSecret(path)).Trim();
            return text.StartsWith('{') ? (string?)JsonNode.Parse(text)?[name] : text;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new AgentException($"The token cannot be read from {path}: {unreadable.Message}", unreadable);
        }
    }
}
