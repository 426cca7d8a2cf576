using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Core.Queue;

namespace Gateway.Storage.History;

/// <summary>What history tells of devices. Throws <see cref="StorageUnavailableException"/> when the store does not answer.</summary>
public interface IHistoryReader
{
    /// <summary>
    /// A device's commands, the newest first, from the first before <paramref name="beforeCommandId"/> (null: the newest);
    /// those in one of <paramref name="states"/>; none given: in whatever state.
    /// </summary>
    Task<IReadOnlyList<CommandRecord>> ListDeviceCommandsAsync(
        string deviceId, IReadOnlyCollection<CommandState> states, string? beforeCommandId, int limit, CancellationToken cancellationToken);

    /// <summary>A device's commands that have not ended, in the order of their ids.</summary>
    Task<IReadOnlyList<CommandRecord>> ListLiveCommandsAsync(string deviceId, int limit, CancellationToken cancellationToken);

    /// <summary>A device's events in their order, from the first after <paramref name="afterSeq"/> (0: the first that is kept).</summary>
    Task<IReadOnlyList<QueueEvent>> ListEventsAsync(string deviceId, long afterSeq, int limit, CancellationToken cancellationToken);

    /// <summary>The number of the last event stored, for each of the devices that has one; it outlives the retention.</summary>
    Task<IReadOnlyDictionary<string, long>> LastSeqAsync(IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken);
}
