namespace Gateway.Portal.Devices;

/// <summary>The agent's commands as they are typed in a clone of the repository (src/Agent/README.md).</summary>
internal static class AgentCommandLine
{
    /// <summary>Works for the device until it is stopped.</summary>
    public const string Run = Agent + "run";

    private const string Agent = "dotnet run --project src/Agent -- ";

    /// <summary>Works as a node with twenty devices; the nodes' token is in the environment or a file.</summary>
    public static string Node(string server) => $"{Agent}node run --server {server.TrimEnd('/')} --node node-001 --devices 20";

    /// <summary>Registers a device. Ids and codes have no character that a shell would take for its own; an address could.</summary>
    public static string Register(string server, string deviceId, string code) =>
        $"{Agent}register --server {server.TrimEnd('/')} --device {deviceId} --code {code}";
}
