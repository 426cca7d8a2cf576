using Gateway.Core.History;

namespace Gateway.Storage.History;

/// <summary>
/// Sessions as history has them: written from the <c>SessionOpened</c> and <c>SessionEnded</c> events. Live state, and events not yet
/// written, are in the device's head. Throws <see cref="StorageUnavailableException"/> when the store does not answer.
/// </summary>
public interface ISessionStore
{
    /// <summary>A session; null: none, or past its retention.</summary>
    Task<SessionRecord?> FindSessionAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// A customer's sessions with a device, the newest first, from the first that is older than <paramref name="beforeSessionId"/>
    /// (null: the newest).
    /// </summary>
    Task<IReadOnlyList<SessionRecord>> ListSessionsAsync(
        string deviceId, string customerId, string? beforeSessionId, int limit, CancellationToken cancellationToken);

    /// <summary>A session's commands in the order of their ids, from the first after <paramref name="afterCommandId"/> (null: the first).</summary>
    Task<IReadOnlyList<CommandRecord>> ListCommandsAsync(
        string sessionId, string? afterCommandId, int limit, CancellationToken cancellationToken);

    /// <summary>A session's commands, the newest first, from the first that is older than <paramref name="beforeCommandId"/> (null: the newest).</summary>
    Task<IReadOnlyList<CommandRecord>> ListNewestCommandsAsync(
        string sessionId, string? beforeCommandId, int limit, CancellationToken cancellationToken);
}
