using System.Collections.Immutable;
using Gateway.Core.Commands;

namespace Gateway.Core.Queue.Operations;

/// <summary>Why a command is not running now, and when it next can.</summary>
/// <param name="CommandId">The command.</param>
/// <param name="OfflineSince">Since when its device is offline; null: it is online.</param>
/// <param name="NeverSeen">The device was never heard of.</param>
public sealed record ExplainCommand(string CommandId, DateTimeOffset? OfflineSince, bool NeverSeen) : QueueOperation<Explanation>
{
    internal override Explanation? Apply(QueueTurn turn)
    {
        if (LiveCommand.Find(turn, CommandId) is not { } found) return null;
        if (found.State is not { } state) return new Explanation(null, [], null, null);
        if (found.Entry is not { } entry)
        {
            var code = state == CommandState.Expired ? "expired" : "ended";
            return new Explanation(state, [new(code, $"The command has ended: {state.Name()}.", null)], null, null);
        }

        // An open socket says more than heartbeats, which are written later.
        var (offlineSince, neverSeen) = turn.Channel is null ? (OfflineSince, NeverSeen) : (null, false);
        var reasons = ImmutableArray.CreateBuilder<ExplainReason>();
        long? next = turn.Now;
        int? ahead = null;
        switch (state)
        {
            case CommandState.PendingApproval:
                reasons.Add(new("approval", "It waits for a person's approval.", null));
                next = null;
                break;
            case CommandState.Claimed:
                var until = entry.Claim!.EndsAt;
                reasons.Add(new("claim_held", "Its device holds the claim and works on it.", until));
                next = entry.Definition.AtMostOnce || entry.Tries >= turn.Limits.MaxAttempts ? null : until;
                break;
            default:
                ahead = turn.CountAhead(entry);
                if (entry.Definition.ExpiresAt <= turn.Now)
                {
                    reasons.Add(new("expired", "It was not started before its expiry.", null));
                    next = null;
                    break;
                }

                if (entry.Approval is { } approval && approval.ExpiresAt <= turn.Now)
                {
                    reasons.Add(new("approval", "Its approval ran out before it was claimed: it will have to be approved again.", null));
                    next = null;
                }

                if (ahead > 0) reasons.Add(new("priority", $"{ahead} command(s) of the same or a higher priority come first.", null));
                if (turn.HistoryIsFarBehind)
                {
                    reasons.Add(new("limit", "Too many events of its device wait for history: nothing is handed out until it has caught up.", null));
                    next = null;
                }
                else if (turn.Claimed.Count >= turn.Limits.MaxClaims)
                {
                    next = turn.Claimed.Min(claimed => claimed.Claim!.EndsAt);
                    reasons.Add(new("limit", $"Its device holds {turn.Claimed.Count} claims, as many as it may.", next));
                }
                else if (turn.Channel is { IsDraining: true })
                {
                    reasons.Add(new("draining", "Its device takes no more commands over its connection: it stops, or gives back what it has not begun.", null));
                    next = null;
                }
                else if (turn.Channel is { } channel
                    && turn.Claimed.FindAll(claimed => claimed.Claim!.Connection == channel.Connection) is var pushed
                    && pushed.Count >= (turn.Channel?.Credit ?? turn.Limits.MaxInFlight))
                {
                    next = pushed.Min(claimed => claimed.Claim!.EndsAt);
                    reasons.Add(new("limit", $"Its device has {pushed.Count} commands in hand, as many as it is sent at once.", next));
                }
                else if (turn.Claimed.Count > 0)
                {
                    reasons.Add(new("device_busy", $"Its device works on {turn.Claimed.Count} other command(s).", null));
                }

                if (reasons.Count == 0 && offlineSince is null && !neverSeen)
                    reasons.Add(new("ready", "Nothing holds it back: the device gets it when it next asks.", null));
                break;
        }

        if (neverSeen) reasons.Add(new("offline", "Its device has never been heard of.", null));
        else if (offlineSince is { } since) reasons.Add(new("offline", $"Its device is offline since {since.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}.", null));
        if (neverSeen || offlineSince is not null) next = null;
        return new Explanation(state, reasons.DrainToImmutable(), next, ahead) { ExpiresAt = entry.Definition.ExpiresAt };
    }
}

/// <summary>What <see cref="ExplainCommand"/> answers. Times are Unix milliseconds.</summary>
/// <param name="State">The command's state; null: there is no such command.</param>
/// <param name="Reasons">Why it is not running, the most telling first.</param>
/// <param name="NextAt">When it next can run by itself; null: something else has to happen first, or never.</param>
/// <param name="Ahead">How many commands come first; null: it does not wait in the queue.</param>
public sealed record Explanation(CommandState? State, ImmutableArray<ExplainReason> Reasons, long? NextAt, int? Ahead)
{
    /// <summary>When it expires if it is not started; null: it has ended.</summary>
    public long? ExpiresAt { get; init; }
}

/// <summary>One reason.</summary>
/// <param name="Code"><c>approval</c>, <c>priority</c>, <c>claim_held</c>, <c>device_busy</c>, <c>draining</c>, <c>limit</c>, <c>offline</c>, <c>expired</c>, <c>ended</c> or <c>ready</c>.</param>
/// <param name="Message">In words.</param>
/// <param name="Until">When it passes by itself, Unix milliseconds; null: it does not.</param>
public sealed record ExplainReason(string Code, string Message, long? Until);
