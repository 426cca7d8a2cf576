using System.Collections.Immutable;
using Gateway.Core.Commands;

namespace Gateway.Core.Queue.Operations;

/// <summary>Claims up to as many commands as tokens were brought, in order of priority, then age.</summary>
public sealed record ClaimCommands : QueueOperation<ClaimOutcome>
{
    /// <summary>Fresh, unguessable tokens; their number is the limit (1 to 10).</summary>
    public required ImmutableArray<string> Tokens { get; init; }

    /// <summary>How long the claims last unless extended.</summary>
    public required TimeSpan Visibility { get; init; }

    /// <summary>Who claims, for example <c>device:pi-1</c>.</summary>
    public required string By { get; init; }

    /// <summary>
    /// The caller's id for this request, fresh for each that it does not repeat (SQS calls it ReceiveRequestAttemptId). While claims that a request
    /// was granted are live, the same request again answers those and no others: an answer that was lost is not a claim that is lost. Null: no such promise.
    /// </summary>
    public string? RequestId { get; init; }

    /// <summary>The replica to tell when there is something to claim, in case there is nothing now; null: nobody waits.</summary>
    public string? Interest { get; init; }

    /// <summary>How long <see cref="Interest"/> lasts.</summary>
    public TimeSpan InterestLasts { get; init; } = TimeSpan.FromSeconds(60);

    internal override ClaimOutcome? Apply(QueueTurn turn)
    {
        if (RequestId is not null && turn.Claimed.FindAll(entry => entry.Claim!.Request == RequestId) is { Count: > 0 } mine)
            return Repeat(turn, mine);
        var granted = ImmutableArray.CreateBuilder<ClaimedCommand>(Tokens.Length);
        // One claim clears away no more than this, or a queue of expired commands would make it as long as the queue.
        var toClear = 2 * turn.Limits.SegmentEntries;
        foreach (var lane in turn.Lanes)
        {
            while (granted.Count < Tokens.Length && turn.Claimed.Count < turn.Limits.MaxClaims && lane.Count > 0 && !turn.HistoryIsFarBehind)
            {
                if (toClear == 0)
                {
                    // There may be more behind: who waits is to ask again.
                    turn.Effects.Wakes = true;
                    break;
                }

                if (!turn.Refill(lane)) return null;
                var entry = lane.Front[0];
                if (entry.Definition.ExpiresAt <= turn.Now)
                {
                    lane.Front.RemoveAt(0);
                    turn.Expire(entry);
                    toClear--;
                    continue;
                }

                if (turn.Read(entry.Definition.Parameters) is not { } parameters)
                {
                    // The others' too: large payloads are one round of reading.
                    foreach (var next in lane.Front.Take(Tokens.Length - granted.Count)) turn.Read(next.Definition.Parameters);
                    return null;
                }

                lane.Front.RemoveAt(0);
                if (Grant(turn, entry, parameters, Tokens[granted.Count]) is { } command) granted.Add(command);
                else toClear--;
            }

            lane.Normalize();
        }

        if (granted.Count == 0 && Interest is { } replica) turn.AddInterest(replica, InterestLasts);
        return new ClaimOutcome(granted.DrainToImmutable());
    }

    /// <summary>The answer that this request was given before, but for claims that have ended; null: a fact is missing.</summary>
    private static ClaimOutcome? Repeat(QueueTurn turn, List<QueueEntry> claimed)
    {
        var parameters = claimed.ConvertAll(entry => turn.Read(entry.Definition.Parameters));
        return parameters.Contains(null) ? null : new ClaimOutcome([.. claimed.Zip(parameters, (entry, text) => Answer(entry, text!))]);
    }

    private static ClaimedCommand Answer(QueueEntry entry, string parameters) => new(
        entry.Id,
        entry.Definition.Type,
        parameters,
        entry.Definition.Priority,
        entry.Claim!.Token,
        entry.Claim.VisibleUntil,
        entry.Definition.TimeoutMs,
        entry.Attempt);

    /// <summary>Checks once more what must hold at the moment of the claim; null: it does not, and the command went elsewhere.</summary>
    private ClaimedCommand? Grant(QueueTurn turn, QueueEntry entry, string parameters, string token)
    {
        var definition = entry.Definition;
        if (definition.RequiresApproval || entry.Approval is not null)
        {
            // Bound to the exact payload that was shown: computed from what is about to be handed out, not from what was noted.
            if (entry.Approval is not { } approval || approval.Digest != Digests.OfCommand(definition.Type, parameters))
            {
                turn.End(entry, CommandState.Rejected, null, "The payload is not the one that was approved.");
                return null;
            }

            if (approval.ExpiresAt <= turn.Now)
            {
                turn.Record(QueueEventKind.ApprovalLapsed, e => e with
                {
                    CommandId = entry.Id,
                    SessionId = definition.SessionId,
                    State = CommandState.PendingApproval,
                    Reason = "The approval ran out before the command was claimed.",
                });
                QueueTurn.InsertSorted(turn.Pending, entry with { Approval = null });
                return null;
            }
        }

        var timeoutAt = definition.TimeoutMs is { } timeout ? turn.Now + timeout : (long?)null;
        var until = turn.Now + (long)Visibility.TotalMilliseconds;
        if (timeoutAt < until) until = timeoutAt.Value;
        var attempt = entry.Attempt + 1;
        var claimed = entry with { Attempt = attempt, Claim = new Claim(token, turn.Now, until, timeoutAt, RequestId) };
        turn.Claimed.Add(claimed);
        turn.Record(QueueEventKind.Claimed, e => e with
        {
            CommandId = entry.Id,
            SessionId = definition.SessionId,
            State = CommandState.Claimed,
            Attempt = attempt,
            VisibleUntil = until,
            TokenHash = Digests.OfToken(token),
            By = By,
        });
        return Answer(claimed, parameters);
    }
}

/// <summary>What <see cref="ClaimCommands"/> answers.</summary>
/// <param name="Commands">The commands, in the order in which to run them; empty: there is nothing to claim.</param>
public sealed record ClaimOutcome(ImmutableArray<ClaimedCommand> Commands);

/// <summary>A command in the hands of its device. Times are Unix milliseconds.</summary>
/// <param name="Id">The command.</param>
/// <param name="Type">The kind of work.</param>
/// <param name="Parameters">Its parameters, a JSON text.</param>
/// <param name="Priority">0 to 9.</param>
/// <param name="Token">The claim token.</param>
/// <param name="VisibleUntil">When the claim ends unless extended.</param>
/// <param name="TimeoutMs">How long the claim may last in all; null: as long as it is extended.</param>
/// <param name="Attempt">The how-manieth claim this is, from 1.</param>
public sealed record ClaimedCommand(
    string Id, string Type, string Parameters, int Priority, string Token, long VisibleUntil, long? TimeoutMs, int Attempt);
