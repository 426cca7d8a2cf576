namespace Gateway.Sidecar.Scheduling;

/// <summary>What survives the sidecar of a <see cref="ScheduleBook{TKey, TItem, TRow}"/>. Used by one thread at a time; loading comes first.</summary>
/// <typeparam name="TKey">What tells items apart.</typeparam>
/// <typeparam name="TItem">The items.</typeparam>
/// <typeparam name="TRow">A copy of an item at one moment, since the item goes on while the copy waits.</typeparam>
internal interface IScheduleJournal<TKey, TItem, TRow> : IDisposable
{
    /// <summary>The file, for messages.</summary>
    string File { get; }

    IEnumerable<TItem> Load();

    TRow Copy(TItem item);

    /// <summary>Writes changes in one transaction, in order; a null row deletes.</summary>
    void Write(IEnumerable<(TKey Key, TRow? Row)> changes);
}
