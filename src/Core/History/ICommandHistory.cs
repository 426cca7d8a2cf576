using Gateway.Core.Commands;
using Gateway.Core.Queue;

namespace Gateway.Core.History;

/// <summary>
/// The relational store's side of the command queue (DESIGN, "History and events"): events are kept in a device's head until
/// <see cref="WriteAsync"/> has returned. Implementations are thread-safe.
/// </summary>
public interface ICommandHistory
{
    /// <summary>
    /// Writes events of many devices in few statements, idempotent by device and number: writing the same or overlapping runs again,
    /// in any order, from any replica, changes nothing. Each run is contiguous and starts no later than one past what is stored.
    /// When it returns, all of it is durable; when it throws, none or all of it may be.
    /// </summary>
    Task WriteAsync(IReadOnlyCollection<DeviceEvents> batch, CancellationToken cancellationToken);

    /// <summary>The command that was accepted for a device with an idempotency key; null: none within the retention.</summary>
    Task<KnownCommand?> FindByIdempotencyKeyAsync(string deviceId, string key, CancellationToken cancellationToken);

    /// <summary>A command of a device; null: none.</summary>
    Task<CommandRecord?> FindAsync(string deviceId, string commandId, CancellationToken cancellationToken);
}

/// <summary>A contiguous run of a device's events. Payloads in documents have been read: every <see cref="Payload"/> has its text.</summary>
public sealed record DeviceEvents(string DeviceId, IReadOnlyList<QueueEvent> Events);

/// <summary>A command that an idempotency key already stands for.</summary>
/// <param name="CommandId">Its id.</param>
/// <param name="Digest">The digest of its content.</param>
/// <param name="State">Its state as far as the source knows.</param>
public sealed record KnownCommand(string CommandId, string Digest, CommandState State);
