using System.Globalization;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>The app <c>gateway-actors</c> as a process of its own, with its ports, which outlive it.</summary>
/// <param name="bench">What it ends with.</param>
/// <param name="settings">The settings of a server of the same deployment.</param>
/// <param name="number">Tells it from others in the logs.</param>
internal sealed class ActorsProgram(Bench bench, IReadOnlyDictionary<string, string?> settings, int number)
{
    private int starts;

    public int AppPort { get; } = FreePort.Next();

    public int SidecarPort { get; } = FreePort.Next();

    /// <summary>Its sidecar's address.</summary>
    public string SidecarUrl => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{SidecarPort}");

    /// <summary>The process that runs or ran last.</summary>
    public ProgramProcess Process { get; private set; } = null!;

    /// <summary>Starts it, again if need be, without waiting.</summary>
    public void Launch() => Process = bench.Start(
        $"actors {number}, start {++starts}",
        BuiltProgram.Actors,
        [],
        new Dictionary<string, string?>(settings)
        {
            ["Gateway__AppPort"] = AppPort.ToString(CultureInfo.InvariantCulture),
            ["DAPR_HTTP_PORT"] = SidecarPort.ToString(CultureInfo.InvariantCulture),
        });
}
