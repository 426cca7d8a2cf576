using System.Collections.Concurrent;

namespace Gateway.Agent.Simulation.Farm;

/// <summary>What the farm has seen: what was sent, what nodes began and said, what the server shows in the end. Thread-safe.</summary>
internal sealed class FarmLedger
{
    private readonly ConcurrentDictionary<string, TaskTrace> traces = new(StringComparer.Ordinal);

    /// <summary>The tasks by their ids.</summary>
    public IReadOnlyDictionary<string, TaskTrace> Tasks => traces;

    /// <summary>A task as it is known so far; offers may come before the answer that accepts it.</summary>
    public TaskTrace Of(string taskId) => traces.GetOrAdd(taskId, static id => new TaskTrace(id));
}

/// <summary>All that was seen of one task. Each list is in the order of what happened.</summary>
internal sealed class TaskTrace(string id)
{
    private readonly Lock gate = new();
    private readonly List<string> accepted = [];
    private readonly List<Begun> begun = [];
    private readonly List<Said> said = [];
    private TaskShown? shown;

    public string Id => id;

    /// <summary>The idempotency keys under which the server has accepted it.</summary>
    public IReadOnlyList<string> Keys => Read(accepted);

    /// <summary>The device that it was sent to; null: nobody was told that it is accepted.</summary>
    public string? Device { get; private set; }

    /// <summary>When nodes began to work on it.</summary>
    public IReadOnlyList<Begun> Begun => Read(begun);

    /// <summary>The results that nodes have said.</summary>
    public IReadOnlyList<Said> Said => Read(said);

    /// <summary>As the server last showed it; null: not yet.</summary>
    public TaskShown? Shown
    {
        get { lock (gate) return shown; }
        set { lock (gate) shown = value; }
    }

    /// <summary>Whether it was accepted, and is not known to have ended.</summary>
    public bool IsOpen => Device is not null && Shown is not { HasEnded: true };

    public void Accept(string key, string device)
    {
        lock (gate)
        {
            Device ??= device;
            if (!accepted.Contains(key)) accepted.Add(key);
        }
    }

    public void Begin(Begun one)
    {
        lock (gate) begun.Add(one);
    }

    public void Say(Said one)
    {
        lock (gate) said.Add(one);
    }

    private IReadOnlyList<T> Read<T>(List<T> list)
    {
        lock (gate) return [.. list];
    }
}

/// <summary>A node began to work on a task.</summary>
/// <param name="Attempt">The how-manieth offer it was.</param>
internal sealed record Begun(string Device, int Attempt);

/// <summary>A node said a result.</summary>
/// <param name="Attempt">The how-manieth offer it answers.</param>
/// <param name="Mark">What no other result has.</param>
/// <param name="Answer">What the server answered.</param>
/// <param name="Kind">What kind of result it is.</param>
/// <param name="Detail">Why it was refused; empty when it was not.</param>
internal sealed record Said(int Attempt, string Mark, SaidAnswer Answer, SaidKind Kind, string Detail = "");

/// <summary>What the server answered to a result.</summary>
internal enum SaidAnswer
{
    Taken,
    Refused,

    /// <summary>There was no answer: it may have been taken.</summary>
    Unknown,
}

/// <summary>What kind of result it is.</summary>
internal enum SaidKind
{
    Result,

    /// <summary>The result that was taken, said once more over the same connection.</summary>
    Again,

    /// <summary>Another result than the one that was taken.</summary>
    Other,

    /// <summary>One for an offer that was never made.</summary>
    Ahead,
}

/// <summary>A task as the REST API shows it.</summary>
/// <param name="Mark">The mark of the result that it shows; null: none.</param>
/// <param name="ErrorCode">Why it failed; null: it has not.</param>
internal sealed record TaskShown(string Device, string Status, int Attempt, string? Mark, string? ErrorCode)
{
    /// <summary>Whether its status is one that is never left.</summary>
    public bool HasEnded => Status is "completed" or "failed" or "cancelled";
}
