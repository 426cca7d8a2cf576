using Gateway.Core.Commands;
using Gateway.Core.Ids;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Model;

/// <summary>
/// A device's queue as DESIGN describes it and nothing else: a list of commands. No lanes, no documents, no events. It says what
/// each operation must answer.
/// </summary>
internal sealed partial class ModelQueue(QueueLimits limits)
{
    public List<ModelCommand> Commands { get; } = [];

    public string? SessionId { get; private set; }

    public long SessionExpiresAt { get; private set; }

    public SessionDefinition? Session { get; private set; }

    /// <summary>Whether the last claim left off before it knew that there is no more.</summary>
    public bool StoppedShort { get; private set; }

    private long Now { get; set; }

    /// <summary>What waits, in the order in which it is to be claimed.</summary>
    public IEnumerable<ModelCommand> Waiting => In(CommandState.Queued)
        .OrderByDescending(command => command.Sent.Priority).ThenBy(command => command.Id, StringComparer.Ordinal);

    public IEnumerable<ModelCommand> In(CommandState state) => Commands.Where(command => command.State == state);

    /// <summary>What the clock does. Of expired commands that wait, only those at hand must end at once; the others when they are met.</summary>
    public void Look(long now, Predicate<string> atHand)
    {
        Now = now;
        if (SessionId is not null && SessionExpiresAt <= now) EndSession(CommandState.Expired);
        EndClaims();
        foreach (var command in In(CommandState.PendingApproval).Where(IsOverdue).ToList()) command.End(CommandState.Expired);
        foreach (var command in In(CommandState.Queued).Where(command => IsOverdue(command) && atHand(command.Id)).ToList())
            command.End(CommandState.Expired);
    }

    /// <summary>The queue says that it has ended an expired command: it must have been one.</summary>
    public void ConfirmExpiry(string id)
    {
        var command = Commands.Single(command => command.Id == id);
        Assert.Equal(CommandState.Queued, command.State);
        Assert.True(IsOverdue(command));
        command.End(CommandState.Expired);
    }

    public bool IsOverdue(ModelCommand command) => command.ExpiresAt <= Now;

    /// <summary>What an operation must answer. Ids of new commands are not foretold, only checked.</summary>
    public object Apply(QueueOperation operation, object actual) => operation switch
    {
        Enqueue enqueue => Apply(enqueue, (EnqueueOutcome)actual),
        ClaimCommands claim => Apply(claim),
        ExtendClaim extend => Apply(extend),
        SubmitResult result => Apply(result),
        ReleaseClaim release => Apply(release),
        DecideApproval decision => Apply(decision),
        CancelCommand cancel => Apply(cancel),
        OpenSession open => Apply(open),
        CloseSession close => Apply(close),
        ExplainCommand explain => Apply(explain, (Explanation)actual),
        AttachChannel attach => Apply(attach),
        DrainChannel drain => new DrainOutcome(Drain(drain.Connection)),
        DetachChannel detach => Apply(detach),
        ReturnClaims => ReturnAll(),
        Watch watch => Apply(watch),
        Unwatch unwatch => Apply(unwatch),
        _ => actual,
    };

    private EnqueueOutcome Apply(Enqueue sent, EnqueueOutcome actual)
    {
        var digest = Digests.OfCommand(sent.Type, sent.Parameters);
        if (sent.IdempotencyKey is { } key && Commands.Find(command => command.Sent.IdempotencyKey == key) is { } known)
            return new(known.Digest == digest ? EnqueueStatus.AlreadyAccepted : EnqueueStatus.KeyConflict, known.Id, known.State);
        if (sent.SessionId is { } session && session != SessionId) return new(EnqueueStatus.SessionNotActive, null, null);
        var live = Commands.Where(command => !command.IsOver).ToList();
        if (live.Count >= limits.MaxLength
            || (sent.RequiresApproval && In(CommandState.PendingApproval).Count() >= limits.MaxPendingApproval)
            || (sent.SessionId is not null && live.Count(command => command.Sent.SessionId == sent.SessionId) >= limits.MaxSessionCommands))
            return new(EnqueueStatus.QueueFull, null, null);
        if (sent.OnlyIfIdle && Channel is null) return new(EnqueueStatus.NotConnected, null, null);
        if (sent.OnlyIfIdle && live.Count > 0) return new(EnqueueStatus.Busy, null, null);
        var expires = Now + (long)limits.Retention.TotalMilliseconds;
        if (sent.ExpiresAt is { } asked) expires = Math.Min(expires, asked.ToUnixTimeMilliseconds());
        if (sent.SessionId is not null) expires = Math.Min(expires, SessionExpiresAt);
        if (expires <= Now) return new(EnqueueStatus.AlreadyExpired, null, null);

        var state = sent.RequiresApproval ? CommandState.PendingApproval : CommandState.Queued;
        var id = actual.CommandId;
        Assert.True(SortableId.IsValid(id));
        if (Commands.Count > 0) Assert.True(string.CompareOrdinal(id, Commands[^1].Id) > 0, "Ids of a device rise.");
        Commands.Add(new ModelCommand { Id = id!, Sent = sent, ExpiresAt = expires, State = state });
        return new(EnqueueStatus.Accepted, id, state);
    }

    private ClaimOutcome Apply(ClaimCommands claim)
    {
        var granted = new List<ClaimedCommand>();
        var passed = 0;
        StoppedShort = false;
        foreach (var command in Waiting.ToList())
        {
            if (granted.Count == claim.Tokens.Length || In(CommandState.Claimed).Count() == limits.MaxClaims) break;
            // One claim clears away no more than two segments' worth of what is in its way.
            StoppedShort = passed++ == 2 * limits.SegmentEntries;
            if (StoppedShort) break;
            if (IsOverdue(command)) command.End(CommandState.Expired);
            else if (command.Tampered && command.Sent.RequiresApproval) command.End(CommandState.Rejected);
            else if (command.Sent.RequiresApproval && command.ApprovedUntil <= Now)
            {
                command.State = CommandState.PendingApproval;
                command.ApprovedUntil = null;
            }
            else
            {
                passed--;
                granted.Add(Grant(command, claim.Tokens[granted.Count], claim.Visibility, connection: null));
            }
        }

        return new ClaimOutcome([.. granted]);
    }

    private ClaimedCommand Grant(ModelCommand command, string token, TimeSpan visibility, string? connection)
    {
        if (command.Sent.RequiresApproval) Assert.NotNull(command.ApprovedUntil);
        command.State = CommandState.Claimed;
        command.Attempt++;
        command.Token = token;
        command.Connection = connection;
        command.Tokens.Add(token);
        command.TimeoutAt = command.Sent.TimeoutMs is { } timeout ? Now + timeout : null;
        command.VisibleUntil = Math.Min(Now + (long)visibility.TotalMilliseconds, command.TimeoutAt ?? long.MaxValue);
        return new(
            command.Id, command.Sent.Type, command.Sent.Parameters, command.Sent.Priority, token, command.VisibleUntil,
            command.Sent.TimeoutMs, command.Attempt);
    }

    private ExtendOutcome Apply(ExtendClaim extend)
    {
        if (Find(extend.CommandId) is not { } command) return new(ClaimStatus.NotFound, null, null);
        if (command.IsOver) return new(ClaimStatus.Ended, null, command.State);
        if (command.Token is null || command.Token != extend.Token) return new(ClaimStatus.Stale, null, null);
        var until = Math.Max(command.Kept ?? command.VisibleUntil, Now + (long)extend.By.TotalMilliseconds);
        command.Kept = null;
        command.VisibleUntil = Math.Min(until, command.TimeoutAt ?? long.MaxValue);
        return new(ClaimStatus.Live, command.VisibleUntil, null);
    }

    private ResultOutcome Apply(SubmitResult result)
    {
        if (Find(result.CommandId) is not { } command) return new(ResultStatus.NotFound, null, null);
        if (command.IsOver)
            return command.Result == result
                ? new(ResultStatus.Repeated, command.State, Waiting.FirstOrDefault()?.Id)
                : new(ResultStatus.AlreadyEnded, command.State, null);
        if (command.Token is null || command.Token != result.Token) return new(ResultStatus.StaleClaim, null, null);
        command.Result = result;
        command.End(result.State);
        return new(ResultStatus.Accepted, result.State, Waiting.FirstOrDefault()?.Id);
    }

    private ReleaseOutcome Apply(ReleaseClaim release)
    {
        if (Find(release.CommandId) is not { } command) return new(ReleaseStatus.NotFound, null);
        if (command.IsOver) return new(ReleaseStatus.Ended, command.State);
        if (command.Token is null || command.Token != release.Token)
            return new(command.LastGivenBack == release.Token ? ReleaseStatus.Repeated : ReleaseStatus.StaleClaim, command.State);
        if (command is { IsTakenOver: false, Connection: { } connection }) Drain(connection);
        command.GivenBack++;
        command.LastGivenBack = release.Token;
        Return(command);
        return new(ReleaseStatus.Released, command.State);
    }

    private DecisionOutcome Apply(DecideApproval decision)
    {
        if (Find(decision.CommandId) is not { } command || command.Sent.SessionId != decision.SessionId)
            return new(DecisionStatus.NotFound, null);
        if (command.State != CommandState.PendingApproval) return new(DecisionStatus.AlreadyDecided, command.State);
        if (decision.Digest is not null && decision.Digest != command.Digest) return new(DecisionStatus.OtherPayload, command.State);
        if (decision.Approved)
        {
            command.State = CommandState.Queued;
            command.ApprovedUntil = Now + (long)limits.ApprovalValidity.TotalMilliseconds;
        }
        else
        {
            command.End(CommandState.Rejected);
        }

        return new(DecisionStatus.Decided, command.State);
    }

    private CancelOutcome Apply(CancelCommand cancel)
    {
        if (Find(cancel.CommandId) is not { } command || (cancel.SessionId is not null && command.Sent.SessionId != cancel.SessionId))
            return new(CancelStatus.NotFound, null);
        if (command.IsOver) return new(CancelStatus.AlreadyEnded, command.State);
        command.End(CommandState.Cancelled);
        return new(CancelStatus.Cancelled, CommandState.Cancelled);
    }

    private OpenSessionOutcome Apply(OpenSession open)
    {
        if (SessionId is { } active) return new(false, active, Session!);
        SessionId = open.SessionId;
        SessionExpiresAt = Now + (long)open.Lifetime.TotalMilliseconds;
        Session = new(open.CustomerId, open.Type, open.Description, Now, SessionExpiresAt, "active");
        return new(true, open.SessionId, Session);
    }

    private CloseSessionOutcome Apply(CloseSession close)
    {
        if (SessionId != close.SessionId) return new(false);
        EndSession(CommandState.Cancelled);
        return new(true);
    }

    /// <summary>Of an explanation the model foretells the state and how many come first.</summary>
    private Explanation Apply(ExplainCommand explain, Explanation actual)
    {
        if (Find(explain.CommandId) is not { } command) return new(null, [], null, null);
        int? ahead = command.State == CommandState.Queued ? Waiting.TakeWhile(other => other != command).Count() : null;
        return actual with { State = command.State, Ahead = ahead, ExpiresAt = command.IsOver ? null : command.ExpiresAt };
    }

    private ModelCommand? Find(string id) => Commands.Find(command => command.Id == id);

    private void EndSession(CommandState state)
    {
        foreach (var command in Commands.Where(command => command.Sent.SessionId == SessionId))
            if (command.State is CommandState.Queued or CommandState.PendingApproval) command.End(state);
        SessionId = null;
        Session = null;
    }

    private void EndClaims()
    {
        foreach (var command in In(CommandState.Claimed).Where(command => command.ClaimEndsAt <= Now).ToList()) EndClaim(command);
    }

    private void EndClaim(ModelCommand command)
    {
        if (command.TimeoutAt <= Now) command.End(CommandState.TimedOut);
        else if (command.Sent.AtMostOnce) command.End(CommandState.Unknown);
        else if (command.Attempt - command.GivenBack >= limits.MaxAttempts) command.End(CommandState.DeadLettered);
        else TakeBack(command);
    }

    private void TakeBack(ModelCommand command)
    {
        if (command.Sent.AtMostOnce) command.End(CommandState.Unknown);
        else Return(command);
    }

    private void Return(ModelCommand command)
    {
        if (command.Sent.SessionId is { } session && session != SessionId) command.End(CommandState.Cancelled);
        else if (IsOverdue(command)) command.End(CommandState.Expired);
        else
        {
            command.State = CommandState.Queued;
            command.LoseClaim();
        }
    }
}
