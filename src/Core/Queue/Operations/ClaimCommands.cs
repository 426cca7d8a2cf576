using System.Collections.Immutable;

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
        var terms = new GrantTerms(Tokens.Length, i => Tokens[i], Visibility, By) { Request = RequestId };
        if (turn.Grant(terms) is not { } granted) return null;
        // There may be more behind what was cleared away: who waits is to ask again.
        if (granted.StoppedShort) turn.Effects.Wakes = true;
        if (granted.Commands.IsEmpty && Interest is { } replica) turn.AddInterest(replica, InterestLasts);
        return new ClaimOutcome(granted.Commands);
    }

    /// <summary>The answer that this request was given before, but for claims that have ended; null: a fact is missing.</summary>
    private static ClaimOutcome? Repeat(QueueTurn turn, List<QueueEntry> claimed)
    {
        var parameters = claimed.ConvertAll(entry => turn.Read(entry.Definition.Parameters));
        return parameters.Contains(null) ? null : new ClaimOutcome([.. claimed.Zip(parameters, (entry, text) => ClaimedCommand.Of(entry, text!))]);
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
    string Id, string Type, string Parameters, int Priority, string Token, long VisibleUntil, long? TimeoutMs, int Attempt)
{
    /// <summary>A claimed command of a head, its parameters read.</summary>
    public static ClaimedCommand Of(QueueEntry entry, string parameters) => new(
        entry.Id,
        entry.Definition.Type,
        parameters,
        entry.Definition.Priority,
        entry.Claim!.Token,
        entry.Claim.VisibleUntil,
        entry.Definition.TimeoutMs,
        entry.Attempt);
}
