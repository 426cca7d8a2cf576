namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>A device with the agent as a process of its own; its credentials outlive the process.</summary>
internal sealed class AgentDevice
{
    private readonly Bench bench;
    private readonly string credentials;
    private int starts;

    private AgentDevice(Bench bench, string id)
    {
        this.bench = bench;
        Id = id;
        credentials = Path.Combine(bench.Folder, $"agent-{id}", "credentials.json");
    }

    public string Id { get; }

    private string Journal => Path.ChangeExtension(credentials, "journal");

    /// <summary>The process that runs or ran last.</summary>
    public ProgramProcess Process { get; private set; } = null!;

    /// <summary>Provisions a device and registers it with the agent's own command, at the server's own address or another that leads there.</summary>
    public static async Task<AgentDevice> RegisterAsync(Bench bench, GatewayServer server, CustomerClient customer, string id = "pi-1", string? url = null)
    {
        var device = new AgentDevice(bench, id);
        var code = await customer.ProvisionAsync(id);
        var register = bench.Start(
            "agent register", BuiltProgram.Agent,
            ["register", "--server", url ?? server.Url, "--device", id, "--code", code, "--credentials", device.credentials]);
        Assert.Equal(0, await register.ExitAsync());
        return device;
    }

    /// <summary>Waits until the agent says that it works; a signal before that may find no program yet that could take it.</summary>
    public Task WorksAsync() => SaysAsync("works for");

    /// <summary>Waits until the agent has a socket.</summary>
    public Task ConnectedAsync() => SaysAsync("Connected");

    /// <summary>Waits until it holds so many commands, as its files tell: those that run, and those that wait for their turn.</summary>
    public Task HoldsAsync(int commands) => Driver.Wait.UntilAsync(
        $"the agent to hold {commands} commands",
        () => Directory.Exists(Journal) && Directory.GetFiles(Journal, "*.json").Length == commands);

    /// <summary>Starts the agent.</summary>
    public void Run(params IEnumerable<string> options) =>
        Process = bench.Start($"agent {++starts}", BuiltProgram.Agent, ["run", "--verbose", "--credentials", credentials, .. options]);

    private Task SaysAsync(string text) =>
        Driver.Wait.UntilAsync($"the agent to say '{text}'", () => Process.Errors.Contains(text, StringComparison.Ordinal), () => Task.FromResult(Process.Errors));
}
