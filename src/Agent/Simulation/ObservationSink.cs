using Gateway.Core.Verification;

namespace Gateway.Agent.Simulation;

/// <summary>Takes down what the fleet sees: in memory for the checker, and in a file when one is named. Thread-safe.</summary>
internal sealed class ObservationSink : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<Observation> entries = [];
    private readonly StreamWriter? file;

    /// <exception cref="AgentException">The file cannot be written.</exception>
    public ObservationSink(string? path)
    {
        if (path is null) return;
        try
        {
            file = new StreamWriter(path, append: false);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new AgentException($"The log cannot be written: {denied.Message}", denied);
        }
    }

    /// <summary>All entries, once nobody adds any.</summary>
    public IReadOnlyList<Observation> Entries => entries;

    public void Add(Observation entry)
    {
        string? line = file is null ? null : ObservationLog.Line(entry);
        lock (gate)
        {
            entries.Add(entry);
            file?.WriteLine(line);
        }
    }

    public void Dispose() => file?.Dispose();
}
