using Gateway.Core.Queue;

namespace Gateway.Queue.Commits;

/// <summary>
/// Saves of one commit that were not answered with success, all over the same stored head. One that was refused may have gone
/// through nonetheless (somebody on the way repeated it), and one without an answer may still arrive: until the head has moved
/// on, its documents must stay, and it must be looked for, or the operations would be applied twice.
/// </summary>
internal sealed class TriedSaves
{
    private readonly List<(QueueStep Step, bool IsRefused)> saves = [];
    private string over = "";

    /// <summary>Notes a save.</summary>
    /// <param name="overCommit">The commit of the head that it was to replace.</param>
    /// <param name="step">What was saved.</param>
    /// <param name="isRefused">Whether the store refused it; false: nobody answered.</param>
    public void Add(string overCommit, QueueStep step, bool isRefused)
    {
        over = overCommit;
        saves.Add((step, isRefused));
    }

    /// <summary>The save that went through, as a head that was read after it tells; null: none.</summary>
    public QueueStep? FindIn(QueueHead head) => saves.Find(save => head.Includes(save.Step.Head.Commit)).Step;

    /// <summary>Documents of all other saves, once one has gone through.</summary>
    public IEnumerable<string> DocumentsBut(QueueStep through) =>
        saves.Where(save => save.Step != through).SelectMany(save => save.Step.Effects.Writes.Keys);

    /// <summary>Forgets the saves that a head, which has none of them, rules out for good, and answers their documents.</summary>
    /// <exception cref="QueueUnavailableException">The head has been saved so often since that it does not tell.</exception>
    public IReadOnlyList<string> GiveUp(string deviceId, QueueHead head)
    {
        if (saves.Count == 0) return [];
        var hasMovedOn = head.Commit != over;
        if (hasMovedOn && !head.Includes(over) && saves.Exists(save => !save.IsRefused))
            throw new QueueUnavailableException($"Whether a save of the queue of {deviceId} went through cannot be told any more.");
        var ruledOut = saves.FindAll(save => save.IsRefused || hasMovedOn);
        saves.RemoveAll(save => save.IsRefused || hasMovedOn);
        return [.. ruledOut.SelectMany(save => save.Step.Effects.Writes.Keys)];
    }
}
