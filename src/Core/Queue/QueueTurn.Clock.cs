using Gateway.Core.Commands;

namespace Gateway.Core.Queue;

/// <summary>What the clock does to a queue.</summary>
internal sealed partial class QueueTurn
{
    /// <summary>Segments with expired commands that one operation takes up; what is left is due at once again.</summary>
    private const int SegmentsPerLook = 2;

    /// <summary>Takes expired commands out of segments. Only the operation that looks at the clock pays for it; a claim never grants an expired command anyway.</summary>
    public bool ExpireSegments()
    {
        var taken = 0;
        foreach (var lane in lanes)
        {
            for (var i = 0; i < lane.Segments.Count && taken < SegmentsPerLook; i++)
            {
                if (lane.Segments[i].EarliestExpiry > Now) continue;
                if (Remaining(lane.Segments[i]) is not { } entries) return false;
                taken++;
                var kept = entries.Where(entry => entry.Definition.ExpiresAt > Now).ToArray();
                foreach (var entry in entries.Where(entry => entry.Definition.ExpiresAt <= Now)) Expire(entry);
                if (Replace(lane, i, kept) == 0) i--;
            }

            lane.Normalize();
        }

        return true;
    }

    /// <summary>
    /// Ends the session: its commands that were not started end with it, claimed ones go on to their device's word.
    /// False: segments have to be read first.
    /// </summary>
    public bool EndSession(string status, CommandState state, string? by, string reason)
    {
        var session = Session!;
        bool Belongs(QueueEntry entry) => entry.Definition.SessionId == session.Id;

        var atHand = Pending.Count(Belongs) + Claimed.Count(Belongs) + lanes.Sum(lane => lane.Front.Count(Belongs) + lane.Tail.Count(Belongs));
        var ended = new List<QueueEntry>();
        if (session.Live > atHand)
        {
            // Segments do not say whose commands they hold; all are needed, and asked for at once.
            var all = lanes.SelectMany(lane => lane.Segments).Select(Remaining).ToList();
            if (all.Any(entries => entries is null)) return false;
            foreach (var lane in lanes)
                for (var i = lane.Segments.Count - 1; i >= 0; i--)
                {
                    var entries = Remaining(lane.Segments[i])!;
                    var kept = entries.Where(entry => !Belongs(entry)).ToArray();
                    if (kept.Length == entries.Length) continue;
                    ended.AddRange(entries.Where(Belongs));
                    Replace(lane, i, kept);
                }
        }

        foreach (var lane in lanes)
        {
            ended.AddRange(TakeAll(lane.Front, Belongs));
            ended.AddRange(TakeAll(lane.Tail, Belongs));
            lane.Normalize();
        }

        ended.AddRange(TakeAll(Pending, Belongs));
        foreach (var entry in ended.OrderBy(entry => entry.Id, StringComparer.Ordinal)) End(entry, state, by, reason);
        Session = null;
        Record(QueueEventKind.SessionEnded, e => e with
        {
            SessionId = session.Id,
            By = by,
            Session = session.Definition with { Status = status },
        });
        return true;
    }

    private void LookAtClock()
    {
        // The session first: what its end ends must not be returned or expired besides.
        if (Session is { } session && session.ExpiresAt <= Now)
            EndSession("expired", CommandState.Expired, null, "The session expired.");

        EndClaims();
        foreach (var entry in TakeAll(Pending, entry => entry.Definition.ExpiresAt <= Now)) Expire(entry);
        foreach (var lane in lanes)
        {
            foreach (var entry in TakeAll(lane.Front, entry => entry.Definition.ExpiresAt <= Now)) Expire(entry);
            foreach (var entry in TakeAll(lane.Tail, entry => entry.Definition.ExpiresAt <= Now)) Expire(entry);
            lane.Normalize();
        }
    }

    /// <summary>Ends a command that was not started in time.</summary>
    public void Expire(QueueEntry entry) => End(entry, CommandState.Expired, null, "Not started before its expiry.");

    private static List<QueueEntry> TakeAll(List<QueueEntry> from, Predicate<QueueEntry> which)
    {
        var taken = from.FindAll(which);
        if (taken.Count > 0) from.RemoveAll(which);
        return taken;
    }
}
