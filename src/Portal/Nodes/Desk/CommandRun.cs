using Gateway.Portal.Api;

namespace Gateway.Portal.Nodes.Desk;

/// <summary>
/// A command on its way to one or many devices, and how far each of them is. Its worker alone changes it; pages read it at any time, and
/// <see cref="Changed"/> is raised on the worker's flow.
/// </summary>
/// <param name="task">What is sent to each device.</param>
/// <param name="devices">The devices.</param>
/// <param name="startedAt">When it began.</param>
public sealed class CommandRun(NewTask task, IEnumerable<string> devices, DateTimeOffset startedAt)
{
    private volatile bool isCancelled;

    /// <summary>How far a device is has changed.</summary>
    public event Action? Changed;

    /// <summary>The run's id; its tasks' idempotency key too, since each queue has its own.</summary>
    public string Id => Task.IdempotencyKey;

    /// <summary>What is sent to each device.</summary>
    public NewTask Task { get; } = task;

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; } = startedAt;

    /// <summary>The devices by id.</summary>
    public IReadOnlyList<RunTarget> Targets { get; } =
        [.. devices.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(device => new RunTarget(device))];

    /// <summary>Until when the limit of requests holds it up; null: it does not.</summary>
    public DateTimeOffset? HeldUntil { get; internal set; }

    /// <summary>Whether what has not ended is being cancelled.</summary>
    public bool IsCancelled => isCancelled;

    /// <summary>Whether every device's task has ended.</summary>
    public bool IsOver => Targets.All(target => target.IsOver);

    /// <summary>How many devices are in a state.</summary>
    public int Count(RunState state) => Targets.Count(target => target.State == state);

    /// <summary>Cancels what has not ended; what was not sent will not be.</summary>
    public void Cancel()
    {
        isCancelled = true;
        Tell();
    }

    /// <summary>Something is different.</summary>
    public void Tell() => Changed?.Invoke();
}

/// <summary>One device of a run.</summary>
/// <param name="deviceId">The device.</param>
public sealed class RunTarget(string deviceId)
{
    /// <summary>The device.</summary>
    public string DeviceId => deviceId;

    /// <summary>The task; null: none was accepted yet.</summary>
    public string? TaskId { get; internal set; }

    /// <summary>How far it is.</summary>
    public RunState State { get; internal set; }

    /// <summary>Why it failed; null: it has not.</summary>
    public string? Reason { get; internal set; }

    /// <summary>It was sent and no answer came: it may have been accepted.</summary>
    public bool IsInDoubt { get; internal set; }

    /// <summary>The API refused to cancel it because it was over: what it came to is to be asked.</summary>
    public bool IsCancelSent { get; internal set; }

    /// <summary>How often it was tried or asked without anything new.</summary>
    public int Vain { get; internal set; }

    /// <summary>When it is worth a request again.</summary>
    public DateTimeOffset NextAt { get; internal set; }

    /// <summary>Whether nothing more happens to it.</summary>
    public bool IsOver => State is RunState.Completed or RunState.Failed or RunState.Cancelled;
}

/// <summary>How far a device of a run is.</summary>
public enum RunState
{
    /// <summary>Not sent yet.</summary>
    Unsent,

    /// <summary>In the device's queue.</summary>
    Queued,

    /// <summary>The device works on it.</summary>
    Running,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>It failed, or was not accepted.</summary>
    Failed,

    /// <summary>Cancelled, or never sent.</summary>
    Cancelled,
}
