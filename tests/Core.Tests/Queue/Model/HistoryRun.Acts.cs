using Gateway.Core.Commands;
using Gateway.Core.Ids;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Model;

/// <summary>Makes operations of acts, by what the model knows at that moment.</summary>
internal sealed partial class HistoryRun
{
    private static readonly (CommandState State, string Status)[] Words =
        [(CommandState.Completed, "success"), (CommandState.Failed, "failure"), (CommandState.TimedOut, "timeout")];

    private int tokens;
    private int sessions;
    private int connections;
    private readonly long[] boots = new long[Histories.Replicas];
    private byte entropy;

    private QueueOperation Make(Act act, DateTimeOffset now) => act switch
    {
        EnqueueAct enqueue => Make(enqueue, now),
        ClaimAct claim => new ClaimCommands
        {
            Tokens = [.. Enumerable.Range(0, claim.Count).Select(_ => $"token-{tokens++}")],
            Visibility = TimeSpan.FromMilliseconds(claim.Visibility),
            By = "device:d",
            Interest = claim.Waits ? "replica-1" : null,
        },
        ExtendAct extend => Find(extend.Command) is var command
            ? new ExtendClaim(IdOf(command), TokenOf(command, extend.Stale), TimeSpan.FromMilliseconds(extend.By))
            : throw new InvalidOperationException(),
        ReleaseAct release => Find(release.Command) is var command
            ? new ReleaseClaim(IdOf(command), TokenOf(command, release.Stale), "device:d")
            : throw new InvalidOperationException(),
        ResultAct result => Make(result),
        DecideAct decide => Make(decide),
        CancelAct cancel => Find(cancel.Command) is var command
            ? new CancelCommand(IdOf(command), SessionOf(command, cancel.WrongSession, cancel.WithSession), "customer:c", "No more.")
            : throw new InvalidOperationException(),
        OpenAct open => new OpenSession($"session-{sessions++}", "c", "remediation", null, TimeSpan.FromMilliseconds(open.Lifetime)),
        CloseAct close => new CloseSession(close.Wrong ? "session-of-others" : model.SessionId ?? "none", "customer:c"),
        AttachAct { Again: true } when model.Channel is { } channel => new AttachChannel(channel.Holder, channel.Connection),
        AttachAct attach => new AttachChannel(RunOf(attach.Replica), $"conn_{connections++}")
        {
            Credit = attach.Credit,
            Visibility = attach.Visibility is { } visibility ? TimeSpan.FromMilliseconds(visibility) : null,
        },
        DrainAct drain => new DrainChannel(ConnectionOf(drain.Stale)),
        DetachAct detach => new DetachChannel(
            ConnectionOf(detach.Stale), detach.Grace is { } grace ? TimeSpan.FromMilliseconds(grace) : null),
        ReturnAct => new ReturnClaims("operator", "A reset took it back"),
        WatchAct { Ends: true } unwatch => new Unwatch(RunOf(unwatch.Replica)),
        WatchAct watch => new Watch(RunOf(watch.Replica)),
        ExplainAct explain => new ExplainCommand(IdOf(Find(explain.Command)), explain.Offline ? now : null, false),
        _ => throw new InvalidOperationException($"No operation for {act}."),
    };

    /// <summary>The attached connection, or an earlier one.</summary>
    private string ConnectionOf(bool stale) =>
        stale || model.Channel is null ? $"conn_{Math.Max(0, connections - 2)}" : model.Channel.Connection;

    private ReplicaBoot RunOf(int replica) => new($"r{replica}", boots[replica]);

    private Enqueue Make(EnqueueAct act, DateTimeOffset now)
    {
        var bytes = new byte[SortableId.EntropyBytes];
        bytes[0] = entropy++;
        return new Enqueue
        {
            Type = $"type-{act.Kind}",
            // Some are over what the head takes in.
            Parameters = act.Content < 4 ? $"{{\"n\":{act.Content}}}" : $"{{\"n\":{act.Content},\"long\":\"abcdefghijkl\"}}",
            Priority = act.Priority,
            By = "customer:c",
            SessionId = act.WrongSession ? "session-of-others" : act.InSession || act.Approval ? model.SessionId : null,
            RequiresApproval = act.Approval,
            AtMostOnce = act.AtMostOnce,
            IdempotencyKey = act.Key is { } key ? $"key-{key}" : null,
            ExpiresAt = act.ExpiresIn is { } expires ? now.AddMilliseconds(expires) : null,
            TimeoutMs = act.TimeoutMs,
            OnlyIfIdle = act.OnlyIfIdle,
            Entropy = bytes,
        };
    }

    private SubmitResult Make(ResultAct act)
    {
        var command = Find(act.Command);
        if (act.Again && command?.Result is { } sent) return act.Stale ? sent with { Token = "token-of-others" } : sent;
        var (state, status) = Words[act.Status];
        return new SubmitResult
        {
            CommandId = IdOf(command),
            Token = TokenOf(command, act.Stale),
            State = state,
            Status = status,
            Output = act.Content == 0 ? null : act.Content == 1 ? "short" : "an output that is too long for the head",
            Error = act.Content == 3 ? "an error that is too long for the head" : null,
            ExecutedAt = 1_700_000_000_000,
            DurationMs = 12.5,
            By = "device:d",
        };
    }

    private DecideApproval Make(DecideAct act)
    {
        var command = Find(act.Command);
        return new DecideApproval
        {
            CommandId = IdOf(command),
            SessionId = SessionOf(command, act.WrongSession, always: true) ?? "none",
            Approved = act.Approved,
            Digest = act.OtherDigest ? "another" : act.WithDigest ? command?.Digest : null,
            By = "customer:c",
        };
    }

    private ModelCommand? Find(Pick pick)
    {
        var candidates = pick.Among switch
        {
            Among.Waiting => model.In(CommandState.Queued),
            Among.Pending => model.In(CommandState.PendingApproval),
            Among.Claimed => model.In(CommandState.Claimed),
            Among.Ended => model.Commands.Where(command => command.IsOver),
            Among.Any => model.Commands,
            _ => [],
        };
        return candidates.ToList() is { Count: > 0 } found ? found[pick.Index % found.Count] : null;
    }

    private static string IdOf(ModelCommand? command) => command?.Id ?? "01JGFJJZ00000000000000000Z";

    /// <summary>The token of the live claim, or of the last one; else one of an earlier claim, or of none.</summary>
    private static string TokenOf(ModelCommand? command, bool stale) =>
        command is not { Tokens.Count: > 0 } ? "token-of-others"
        : !stale ? command.Tokens[^1]
        : command.Tokens.Count > 1 ? command.Tokens[0] : "token-of-others";

    private static string? SessionOf(ModelCommand? command, bool wrong, bool always) =>
        wrong ? "session-of-others" : always ? command?.Sent.SessionId : null;
}
