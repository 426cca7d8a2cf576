namespace Gateway.Queue.Channels;

/// <summary>Finds the channels of dead replicas.</summary>
public interface IDeadChannels
{
    /// <summary>
    /// Detaches every channel of a run that is dead, so that the grace of its claims begins; a device that fails is left for the next time. Safe to
    /// run at the same time anywhere.
    /// </summary>
    /// <returns>How many channels of dead runs were found.</returns>
    Task<int> DetachAsync(CancellationToken cancellationToken);
}
