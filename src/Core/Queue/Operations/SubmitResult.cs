using Gateway.Core.Commands;

namespace Gateway.Core.Queue.Operations;

/// <summary>The device's word about a command it has claimed. It is taken once; the same word again is answered the same.</summary>
public sealed record SubmitResult : QueueOperation<ResultOutcome>
{
    /// <summary>The command.</summary>
    public required string CommandId { get; init; }

    /// <summary>The claim's token.</summary>
    public required string Token { get; init; }

    /// <summary><see cref="CommandState.Completed"/>, <see cref="CommandState.Failed"/> or <see cref="CommandState.TimedOut"/>.</summary>
    public required CommandState State { get; init; }

    /// <summary>The device's name for it: <c>success</c>, <c>failure</c> or <c>timeout</c>.</summary>
    public required string Status { get; init; }

    /// <summary>What it printed; null: nothing was sent.</summary>
    public string? Output { get; init; }

    /// <summary>What went wrong; null: nothing was sent.</summary>
    public string? Error { get; init; }

    /// <summary>When it ran, by the device's clock, Unix milliseconds.</summary>
    public required long ExecutedAt { get; init; }

    /// <summary>How long it ran, by the device's clock.</summary>
    public required double DurationMs { get; init; }

    /// <summary>Who says so, for example <c>device:pi-1</c>.</summary>
    public required string By { get; init; }

    internal override ResultOutcome? Apply(QueueTurn turn)
    {
        if (ClaimCheck.Find(turn, CommandId, Token) is not { } check) return null;
        var digest = Digests.OfResult(Status, Output, Error, ExecutedAt, DurationMs);
        if (check.Status == ClaimStatus.Live)
        {
            turn.Claimed.Remove(check.Entry!);
            turn.End(check.Entry!, State, By, null, new CommandResult
            {
                Status = Status,
                Output = Output is null ? null : turn.Store(Output),
                Error = Error is null ? null : turn.Store(Error),
                ExecutedAt = ExecutedAt,
                DurationMs = DurationMs,
                Digest = digest,
            });
            return new ResultOutcome(ResultStatus.Accepted, State, turn.NextId);
        }

        return check.Status switch
        {
            ClaimStatus.Ended when check.Record!.Result?.Digest == digest && check.Record.TokenHash == Digests.OfToken(Token) =>
                new ResultOutcome(ResultStatus.Repeated, check.Ended, turn.NextId),
            ClaimStatus.Ended => new ResultOutcome(ResultStatus.AlreadyEnded, check.Ended, null),
            ClaimStatus.Stale => new ResultOutcome(ResultStatus.StaleClaim, null, null),
            _ => new ResultOutcome(ResultStatus.NotFound, null, null),
        };
    }
}

/// <summary>What <see cref="SubmitResult"/> answers.</summary>
/// <param name="Status">Whether it was taken.</param>
/// <param name="State">The command's terminal state, when it has one.</param>
/// <param name="NextId">The next command that waits, as a hint; null: none, or not taken.</param>
public sealed record ResultOutcome(ResultStatus Status, CommandState? State, string? NextId);

/// <summary>Whether a result was taken.</summary>
public enum ResultStatus
{
    /// <summary>It is the command's result.</summary>
    Accepted,

    /// <summary>It was taken before; nothing changed.</summary>
    Repeated,

    /// <summary>The command ended before, by other words or none.</summary>
    AlreadyEnded,

    /// <summary>The token does not hold a claim on this command, or not any more.</summary>
    StaleClaim,

    /// <summary>The device has no such command.</summary>
    NotFound,
}
