namespace Gateway.Queue;

/// <summary>Sets the one reminder of a device (DESIGN, "Deadlines"); the device's actor does it.</summary>
public interface IDeadlineArmer
{
    /// <summary>Makes the device's reminder fire at a time, in place of the one that was set. It may fire late, twice, or not at all.</summary>
    Task ArmAsync(string deviceId, DateTimeOffset due, CancellationToken cancellationToken);
}
