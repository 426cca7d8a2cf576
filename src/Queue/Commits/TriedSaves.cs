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
    /// <param name="deviceId">The device, for the error.</param>
    /// <param name="head">A head that was read after the saves.</param>
    /// <param name="now">The time, Unix milliseconds.</param>
    /// <exception cref="QueueUnavailableException">So many others or so much time came in between that the head does not tell.</exception>
    public IReadOnlyList<string> GiveUp(string deviceId, QueueHead head, long now)
    {
        if (saves.Count == 0) return [];
        var hasMovedOn = head.Commit != over;
        if (hasMovedOn && !Tells(head, now))
            throw new QueueUnavailableException($"Whether a save of the queue of {deviceId} went through cannot be told any more.");
        var ruledOut = saves.FindAll(save => save.IsRefused || hasMovedOn);
        saves.RemoveAll(save => save.IsRefused || hasMovedOn);
        return [.. ruledOut.SelectMany(save => save.Step.Effects.Writes.Keys)];
    }

    /// <summary>Whether a head that does not have the saves would have them, had they gone through. Half of the time that it remembers is for clocks.</summary>
    private bool Tells(QueueHead head, long now) =>
        head.Commits.Length < QueueHead.RememberedWriters
        && now - saves.Min(save => save.Step.Head.Commits[0].At) < (long)QueueHead.Remembered.TotalMilliseconds / 2;
}
