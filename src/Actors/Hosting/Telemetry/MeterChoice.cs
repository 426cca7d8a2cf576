using System.Diagnostics.Metrics;

namespace Gateway.Actors.Hosting.Telemetry;

/// <summary>
/// Which meters are this program's to show: its own, ASP.NET Core's, the runtime's and those of what it calls. A process may hold more than
/// one host (the embedded sidecar is one), each with meters of the same names: those of another host's factory are not ours.
/// </summary>
internal sealed class MeterChoice(IMeterFactory factory)
{
    /// <summary>Names of meters; a <c>*</c> at the end stands for anything.</summary>
    public static readonly string[] Names =
    [
        "Gateway.*", "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "Npgsql",
    ];

    /// <summary>Whether an instrument is shown.</summary>
    public bool Takes(Instrument instrument) => IsOfThisHost(instrument) && Names.Any(name => Matches(instrument.Meter.Name, name));

    /// <summary>Whether an instrument is of this host, or of the process as a whole.</summary>
    public bool IsOfThisHost(Instrument instrument) => instrument.Meter.Scope is not IMeterFactory other || other == factory;

    private static bool Matches(string meter, string name) =>
        name.EndsWith('*') ? meter.StartsWith(name[..^1], StringComparison.Ordinal) : meter == name;
}
