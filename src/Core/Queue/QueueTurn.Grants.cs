using System.Collections.Immutable;
using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Queue;

/// <summary>On what terms commands are claimed.</summary>
/// <param name="Limit">Most commands.</param>
/// <param name="Token">The token of the how-manieth grant, from 0.</param>
/// <param name="Visibility">How long the claims last unless extended.</param>
/// <param name="By">Who claims.</param>
internal sealed record GrantTerms(int Limit, Func<int, string> Token, TimeSpan Visibility, string By)
{
    /// <summary>The request that asks; null: one without id, or a push.</summary>
    public string? Request { get; init; }

    /// <summary>The connection over which the commands are pushed; null: none.</summary>
    public string? Connection { get; init; }
}

/// <summary>What was claimed.</summary>
/// <param name="Commands">The commands, in the order in which to run them.</param>
/// <param name="StoppedShort">Whether it left off before it knew that there is no more.</param>
internal sealed record Granted(ImmutableArray<ClaimedCommand> Commands, bool StoppedShort);

/// <summary>The one way to a claim, asked for or pushed.</summary>
internal sealed partial class QueueTurn
{
    /// <summary>Claims what waits, in order of priority, then age; null: a fact is missing.</summary>
    public Granted? Grant(GrantTerms terms)
    {
        var granted = ImmutableArray.CreateBuilder<ClaimedCommand>(terms.Limit);
        // One claim clears away no more than this, or a queue of expired commands would make it as long as the queue.
        var toClear = 2 * Limits.SegmentEntries;
        var stoppedShort = false;
        foreach (var lane in lanes)
        {
            while (granted.Count < terms.Limit && Claimed.Count < Limits.MaxClaims && lane.Count > 0 && !HistoryIsFarBehind)
            {
                if (toClear == 0)
                {
                    stoppedShort = true;
                    break;
                }

                if (!Refill(lane)) return null;
                var entry = lane.Front[0];
                if (entry.Definition.ExpiresAt <= Now)
                {
                    lane.Front.RemoveAt(0);
                    Expire(entry);
                    toClear--;
                    continue;
                }

                if (Read(entry.Definition.Parameters) is not { } parameters)
                {
                    // The others' too: large payloads are one round of reading.
                    foreach (var next in lane.Front.Take(terms.Limit - granted.Count)) Read(next.Definition.Parameters);
                    return null;
                }

                lane.Front.RemoveAt(0);
                if (Grant(entry, parameters, terms, terms.Token(granted.Count)) is { } command) granted.Add(command);
                else toClear--;
            }

            lane.Normalize();
        }

        return new Granted(granted.DrainToImmutable(), stoppedShort);
    }

    /// <summary>Checks once more what must hold at the moment of the claim; null: it does not, and the command went elsewhere.</summary>
    private ClaimedCommand? Grant(QueueEntry entry, string parameters, GrantTerms terms, string token)
    {
        var definition = entry.Definition;
        if (definition.RequiresApproval || entry.Approval is not null)
        {
            // Bound to the exact payload that was shown: computed from what is about to be handed out, not from what was noted.
            if (entry.Approval is not { } approval || approval.Digest != Digests.OfCommand(definition.Type, parameters))
            {
                End(entry, CommandState.Rejected, null, "The payload is not the one that was approved.");
                return null;
            }

            if (approval.ExpiresAt <= Now)
            {
                Record(QueueEventKind.ApprovalLapsed, e => e with
                {
                    CommandId = entry.Id,
                    SessionId = definition.SessionId,
                    State = CommandState.PendingApproval,
                    Reason = "The approval ran out before the command was claimed.",
                });
                InsertSorted(Pending, entry with { Approval = null });
                return null;
            }
        }

        var timeoutAt = definition.TimeoutMs is { } timeout ? Now + timeout : (long?)null;
        var until = Now + (long)terms.Visibility.TotalMilliseconds;
        if (timeoutAt < until) until = timeoutAt.Value;
        var attempt = entry.Attempt + 1;
        var claimed = entry with
        {
            Attempt = attempt,
            Claim = new Claim(token, Now, until, timeoutAt, terms.Request) { Connection = terms.Connection },
        };
        Claimed.Add(claimed);
        Record(QueueEventKind.Claimed, e => e with
        {
            CommandId = entry.Id,
            SessionId = definition.SessionId,
            State = CommandState.Claimed,
            Attempt = attempt,
            VisibleUntil = until,
            TokenHash = Digests.OfToken(token),
            By = terms.By,
        });
        return ClaimedCommand.Of(claimed, parameters);
    }
}
