using System.Collections.Concurrent;
using Gateway.Agent.Transport;

namespace Gateway.Agent.Work;

/// <summary>What the agent is doing, for its heartbeats. Thread-safe.</summary>
internal sealed class WorkStatus
{
    private readonly ConcurrentDictionary<ClaimKey, RunningCommand> running = new();
    private volatile string? journalFault;
    private volatile string? outboxFault;

    public IReadOnlyList<RunningCommand> Running => [.. running.Values];

    /// <summary>What keeps the agent from working, in words; null when nothing does.</summary>
    public string? Fault => journalFault ?? outboxFault;

    /// <summary>Why the journal cannot be written, the last time it was tried; null when it could.</summary>
    public string? JournalFault { set => journalFault = value; }

    /// <summary>Why a result could not be kept on disk, the last time it was tried; null when it could.</summary>
    public string? OutboxFault { set => outboxFault = value; }

    public void Begin(ClaimKey key, string type) => running[key] = new RunningCommand(key.CommandId, type);

    public void End(ClaimKey key) => running.TryRemove(key, out _);
}
