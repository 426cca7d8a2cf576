namespace Gateway.Storage.History;

/// <summary>
/// What the sweeps ask, when reminders were lost or heads are opened by nobody (DESIGN, "The command queue"). Throws
/// <see cref="StorageUnavailableException"/> when the store does not answer.
/// </summary>
public interface ISweepQueries
{
    /// <summary>
    /// Devices with a deadline that passed more than <paramref name="grace"/> before <paramref name="now"/>, the oldest first: the end of a
    /// claim, the expiry of a waiting command, or the end of an active session.
    /// </summary>
    Task<IReadOnlyList<OverdueDevice>> OverdueAsync(DateTimeOffset now, TimeSpan grace, int limit, CancellationToken cancellationToken);

    /// <summary>The ids of all devices in ordinal order, from the first after <paramref name="afterId"/> (null: the first).</summary>
    Task<IReadOnlyList<string>> DevicesPageAsync(string? afterId, int limit, CancellationToken cancellationToken);
}

/// <summary>A device whose queue should have looked at the clock.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="OldestDueAt">Its oldest deadline that passed, Unix milliseconds.</param>
public sealed record OverdueDevice(string DeviceId, long OldestDueAt);
