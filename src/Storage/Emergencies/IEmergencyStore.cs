using Gateway.Core.Commands;

namespace Gateway.Storage.Emergencies;

/// <summary>
/// Emergency actions and how far they have come. Every member throws <see cref="StorageUnavailableException"/> when the store does not answer, and may
/// be called again then. Implementations are thread-safe.
/// </summary>
public interface IEmergencyStore
{
    /// <summary>Notes a code.</summary>
    Task AddCodeAsync(ConfirmCode code, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Notes an action and the nodes that it tells; with a code's hash only if that is good, which uses it up, all in one transaction. False: the code
    /// is unknown, was used or has expired; nothing was noted.
    /// </summary>
    Task<bool> TryBeginAsync(NewEmergency action, string? codeHash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>An action with all that is known of it; null: none.</summary>
    Task<Emergency?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The actions that are not completed, the oldest first.</summary>
    Task<IReadOnlyList<OpenEmergency>> ListOpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Lets one worker at a time take back an action's claims, until a time that <see cref="NoteReleasesAsync"/> moves on. Answers the device after which to
    /// go on, empty at the beginning; null: another worker is at it, or it is done.
    /// </summary>
    Task<string?> TryWorkAsync(string id, string worker, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>The devices of a target by id, after one; nodes are none.</summary>
    Task<IReadOnlyList<string>> ListTargetAsync(EmergencyTarget target, string after, int limit, CancellationToken cancellationToken);

    /// <summary>Notes what was taken back, and how far the work is.</summary>
    Task NoteReleasesAsync(
        string id, string worker, IReadOnlyCollection<ReleasedCommand> released, ReleaseProgress progress, CancellationToken cancellationToken);

    /// <summary>Which of these nodes are still to be told of actions whose claims have been taken back.</summary>
    Task<IReadOnlyList<PendingNode>> ListPendingAsync(IReadOnlyCollection<string> nodeIds, CancellationToken cancellationToken);

    /// <summary>The commands that an action has taken back from the devices behind a node.</summary>
    Task<IReadOnlyList<string>> ListReleasedAsync(string id, string nodeId, CancellationToken cancellationToken);

    /// <summary>Notes what came of telling a node; one that is not pending stays as it is.</summary>
    /// <param name="told">The node.</param>
    /// <param name="state">What came of it.</param>
    /// <param name="replica">Who told it.</param>
    /// <param name="notifiedAt">When it was told.</param>
    /// <param name="confirmedAt">When it answered; null: not in time.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task NoteToldAsync(
        PendingNode told, NodeResetState state, string replica, DateTimeOffset notifiedAt, DateTimeOffset? confirmedAt, CancellationToken cancellationToken);

    /// <summary>A node has connected: it has returned from every action that is done with it.</summary>
    Task NoteReturnAsync(string nodeId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Gives up nodes that nobody has told in 10 seconds after their claims were taken back, and completes the actions that wait for nothing any more: for
    /// no node, and a service reset for no program that has seen it, or for those no longer than 2 minutes.
    /// </summary>
    Task SettleAsync(DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>A command that was taken back.</summary>
/// <param name="DeviceId">The device that worked on it.</param>
/// <param name="CommandId">The command.</param>
/// <param name="State">What it is now.</param>
public sealed record ReleasedCommand(string DeviceId, string CommandId, CommandState State);

/// <summary>How far a target's claims have been taken back.</summary>
/// <param name="Through">The last device that is done with all before it.</param>
/// <param name="IsDone">Whether there are no more.</param>
/// <param name="Now">The time.</param>
/// <param name="Until">Until when the worker is at it.</param>
public sealed record ReleaseProgress(string Through, bool IsDone, DateTimeOffset Now, DateTimeOffset Until);

/// <summary>A node that is to be told.</summary>
/// <param name="EmergencyId">Of what.</param>
/// <param name="NodeId">The node.</param>
public sealed record PendingNode(string EmergencyId, string NodeId);
