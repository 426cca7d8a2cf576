using Gateway.Core.Commands;

namespace Gateway.Storage.History;

/// <summary>How much there is to do in all queues together, for who watches over them.</summary>
public interface ICommandCounts
{
    /// <summary>
    /// How many commands are in each state that is not terminal, of all devices, as far as history knows; a state that no command is in is left
    /// out. Costs a look at each of them. Throws <see cref="StorageUnavailableException"/> when the store does not answer.
    /// </summary>
    Task<IReadOnlyDictionary<CommandState, long>> LiveAsync(CancellationToken cancellationToken);
}
