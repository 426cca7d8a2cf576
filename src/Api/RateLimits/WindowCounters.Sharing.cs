using Gateway.Storage.RateLimits;

namespace Gateway.Api.RateLimits;

/// <summary>
/// What goes to the store and comes from it. A party's count goes there once it is more than <see cref="quiet"/>, and from then on as often
/// as it changes: most parties never come near their limit, and cost the store nothing.
/// </summary>
internal sealed partial class WindowCounters
{
    private readonly Queue<PartyCount> unshared = new();

    /// <summary>
    /// Takes what the store does not have, at most so many; the rest stays in line. What was taken goes to <see cref="Learn"/> or
    /// <see cref="GiveBack"/> before anything is taken again.
    /// </summary>
    public IReadOnlyList<UnsharedCount> TakeUnshared(int max)
    {
        lock (gate)
        {
            TurnWindow();
            List<UnsharedCount> taken = [];
            while (taken.Count < max && unshared.TryDequeue(out var count))
            {
                count.IsWaiting = false;
                // What was taken back before the store heard of it is no news.
                if (count.Here != count.Shared)
                    taken.Add(new(count, new RateCount(Rule, PartyCount.NameInStore(count.Party), count.Ends, count.Here - count.Shared)));
            }

            return taken;
        }
    }

    /// <summary>What was taken is in the store, which now has this total.</summary>
    public void Learn(UnsharedCount taken, long total)
    {
        lock (gate)
        {
            taken.Of.Shared += taken.Row.Count;
            taken.Of.Elsewhere = Math.Max(0, total - taken.Of.Shared);
        }
    }

    /// <summary>What was taken is not in the store, as far as anybody knows.</summary>
    public void GiveBack(UnsharedCount taken)
    {
        lock (gate)
        {
            if (counts.GetValueOrDefault(taken.Of.Party) == taken.Of) NoteChange(taken.Of);
        }
    }

    /// <summary>
    /// The store has this total of a party whose every count goes there first; <paramref name="ends"/> is its window. Answers the count
    /// as it stands with what was counted here while the store was away.
    /// </summary>
    public WindowCount LearnEach(string party, DateTimeOffset ends, long total)
    {
        lock (gate)
        {
            var count = Open(party);
            if (count.Ends != ends) return new WindowCount(total, ends);
            // Answers may come in another order than they were given.
            count.Elsewhere = Math.Max(count.Elsewhere, total);
            return new WindowCount(count.Here + total, ends);
        }
    }

    private void NoteChange(PartyCount count)
    {
        if (!isShared || count.IsWaiting || (count.Shared == 0 && count.Here <= quiet)) return;
        count.IsWaiting = true;
        unshared.Enqueue(count);
    }
}
