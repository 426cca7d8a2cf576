using Gateway.Core.Queue;

namespace Gateway.Core.Channels;

/// <summary>
/// Where the channels of devices are, as a table to sweep: what a dead replica held is found by it. The heads decide; a row may be a second late,
/// and one of a channel that has moved on does no harm. Thread-safe.
/// </summary>
public interface IDeviceChannelStore
{
    /// <summary>Notes and removes channels, many in one statement; at most one change of a device. A second time changes nothing.</summary>
    /// <param name="changes">The changes, in any order. One that a later head has overtaken is ignored.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task WriteAsync(IReadOnlyCollection<DeviceChannelChange> changes, CancellationToken cancellationToken);

    /// <summary>Every run of a replica that holds a channel.</summary>
    Task<IReadOnlyList<ReplicaBoot>> HoldersAsync(CancellationToken cancellationToken);

    /// <summary>The channels of one run, by device in ordinal order from the first after <paramref name="afterId"/> (null: the first).</summary>
    Task<IReadOnlyList<DeviceChannel>> HeldByAsync(ReplicaBoot holder, string? afterId, int limit, CancellationToken cancellationToken);
}

/// <summary>A channel that was attached, or is no more.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="IsAttached">Whether it is attached; false: its row goes, unless another connection's has taken its place.</param>
public sealed record DeviceChannelChange(DeviceChannel Channel, bool IsAttached);

/// <summary>A device's channel.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Holder">Who holds it.</param>
/// <param name="Connection">Its connection.</param>
/// <param name="AttachedAt">Since when, Unix milliseconds.</param>
/// <param name="Revision">The revision of a head that names it: a row of a later head is not replaced by one of an earlier.</param>
public sealed record DeviceChannel(string DeviceId, ReplicaBoot Holder, string Connection, long AttachedAt, long Revision);
