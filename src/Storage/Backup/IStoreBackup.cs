using Gateway.Core.History;

namespace Gateway.Storage.Backup;

/// <summary>Everything in the relational store that must outlive a deployment, out of it and into an empty one.</summary>
public interface IStoreBackup
{
    /// <summary>Opens what is there at this moment; writes that come later are not seen, and are not held up.</summary>
    /// <exception cref="StorageStartException">The store cannot be reached, has no data of Gateway, or is of a newer program.</exception>
    Task<IStoreSnapshot> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Checks that the store could take a backup of a schema now: it is empty, and no newer than that. Makes its tables if there are none.</summary>
    /// <param name="schema">The schema's version.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StorageStartException">It could not; the message says why.</exception>
    Task CheckTargetAsync(int schema, CancellationToken cancellationToken);

    /// <summary>
    /// Fills the empty store in one transaction, all or nothing: makes the tables as the backup knew them, inserts its rows, adds to the
    /// histories, and brings all of it to this program's schema.
    /// </summary>
    /// <param name="schema">The version of the schema that the rows are of.</param>
    /// <param name="rows">The rows, those of one table together.</param>
    /// <param name="events">Events that the rows do not know yet; read after the rows.</param>
    /// <param name="cancellationToken">Cancels; nothing is left then.</param>
    /// <exception cref="StorageStartException">As <see cref="CheckTargetAsync"/>, or the store failed meanwhile.</exception>
    /// <exception cref="InvalidDataException">A row does not fit into its table.</exception>
    Task ImportAsync(int schema, IAsyncEnumerable<StoreRow> rows, IAsyncEnumerable<DeviceEvents> events, CancellationToken cancellationToken);
}

/// <summary>The relational store at one moment. Not thread-safe: one enumeration at a time.</summary>
public interface IStoreSnapshot : IAsyncDisposable
{
    /// <summary>The version of its schema.</summary>
    int Schema { get; }

    /// <summary>Devices in the order of their ids, those after one, with how far their histories have come.</summary>
    Task<IReadOnlyList<DeviceHistory>> DevicesPageAsync(string? afterId, int limit, CancellationToken cancellationToken);

    /// <summary>All rows that a backup has, table by table.</summary>
    IAsyncEnumerable<StoreRow> RowsAsync(CancellationToken cancellationToken);
}
