namespace Gateway.Agent.Simulation;

/// <summary>What a simulated fleet does.</summary>
public sealed record SimulationSettings
{
    /// <summary>The gateway's address.</summary>
    public required Uri Server { get; init; }

    /// <summary>The customers to whom the devices belong, in turn; at least one.</summary>
    public required IReadOnlyList<CustomerAccount> Customers { get; init; }

    /// <summary>How many devices, 1 to 20,000.</summary>
    public required int Devices { get; init; }

    /// <summary>Commands per second over the whole fleet.</summary>
    public required double Rate { get; init; }

    /// <summary>The same seed makes the same choices: which device gets which command, and what goes wrong with it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long commands are sent; then the fleet works off what there is.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The longest claim that a device asks for. Default 8 s; 2 to 60 s.</summary>
    public TimeSpan LongestClaim { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>What device ids begin with; the time of the run follows, so that runs do not meet.</summary>
    public string Prefix { get; init; } = "sim";

    /// <summary>The file for the log of all requests and answers (<see cref="Core.Verification.ObservationLog"/>); null: none is kept.</summary>
    public string? LogPath { get; init; }

    /// <summary>Whether commands come to the devices over sockets, instead of being claimed by requests. Default false.</summary>
    public bool UsesSocket { get; init; }

    /// <summary>How long the server keeps the claims of a lost socket. Default 30 s, as the server's.</summary>
    public TimeSpan ReconnectGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most requests at once. Default 64.</summary>
    public int Concurrency { get; init; } = 64;

    /// <summary>How long the fleet may take to work off what there is. Default 90 s.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Whether the devices are suspended at the end; the API deletes none. Default false.</summary>
    public bool SuspendsDevices { get; init; }
}

/// <summary>A customer and the token that proves it.</summary>
/// <param name="Name">What logs call it.</param>
/// <param name="Token">The JWT; never logged.</param>
public sealed record CustomerAccount(string Name, string Token)
{
    /// <summary>The name alone.</summary>
    public override string ToString() => Name;
}
