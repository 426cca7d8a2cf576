using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Model;

/// <summary>The device's channel and who watches, as DESIGN describes them.</summary>
internal sealed partial class ModelQueue
{
    private string? lostConnection;

    public QueueChannel? Channel { get; private set; }

    public HashSet<ReplicaBoot> Watchers { get; private set; } = [];

    /// <summary>What is in the hands of a connection, or was when it was lost.</summary>
    public IEnumerable<ModelCommand> Pushed => In(CommandState.Claimed).Where(command => command.Connection is not null);

    /// <summary>
    /// What dead replicas held is gone from now on, if anything is saved now; the answer takes it back. Comes before the look at the clock.
    /// </summary>
    public Action DropGone(long now, IReadOnlySet<ReplicaBoot> gone)
    {
        Now = now;
        lostConnection = null;
        var (channel, watchers) = (Channel, Watchers);
        var claims = Pushed.Select(command => (command, command.VisibleUntil, command.Kept)).ToList();
        Watchers = [.. Watchers.Except(gone)];
        if (Channel is not null && gone.Contains(Channel.Holder))
        {
            lostConnection = Channel.Connection;
            Lose(limits.ReconnectGrace);
        }

        return () =>
        {
            (Channel, Watchers) = (channel, watchers);
            foreach (var (command, until, kept) in claims) (command.VisibleUntil, command.Kept) = (until, kept);
        };
    }

    /// <summary>What every commit does last.</summary>
    /// <param name="pushed">The token with which the queue has claimed a command; null: it has not.</param>
    /// <param name="stillWaits">Whether the queue left a command where it was because it stopped short.</param>
    public int Push(Func<string, string?> pushed, Predicate<string> stillWaits)
    {
        if (Channel is not { IsDraining: false, Connection: var connection }) return 0;
        var count = 0;
        foreach (var command in Waiting.ToList())
        {
            if (Pushed.Count() >= (Channel.Credit ?? limits.MaxInFlight) || In(CommandState.Claimed).Count() >= limits.MaxClaims || stillWaits(command.Id)) break;
            if (IsOverdue(command)) command.End(CommandState.Expired);
            else if (command.Tampered && command.Sent.RequiresApproval) command.End(CommandState.Rejected);
            else if (command.Sent.RequiresApproval && command.ApprovedUntil <= Now)
            {
                command.State = CommandState.PendingApproval;
                command.ApprovedUntil = null;
            }
            else
            {
                var token = pushed(command.Id);
                Assert.True(token is not null, $"{command.Id} was not pushed although there was room for it.");
                Assert.DoesNotContain(Commands, other => other.Tokens.Contains(token));
                Grant(command, token, Channel.VisibilityMs is { } own ? TimeSpan.FromMilliseconds(own) : limits.PushVisibility, connection);
                count++;
            }
        }

        return count;
    }

    private AttachOutcome Apply(AttachChannel attach)
    {
        if (Channel?.Connection == attach.Connection) return new(null);
        var replaced = Channel;
        Channel = new(attach.Holder.Replica, attach.Holder.Boot, attach.Connection, Now)
        {
            Credit = attach.Credit,
            VisibilityMs = (long?)attach.Visibility?.TotalMilliseconds,
        };
        foreach (var command in Pushed)
        {
            command.Connection = attach.Connection;
            command.IsTakenOver = true;
            command.VisibleUntil = command.Kept ?? command.VisibleUntil;
            command.Kept = null;
        }

        return new(replaced);
    }

    private bool Drain(string connection)
    {
        if (Channel?.Connection != connection) return false;
        Channel = Channel with { IsDraining = true };
        return true;
    }

    private DetachOutcome Apply(DetachChannel detach)
    {
        if (Channel?.Connection == detach.Connection)
        {
            Lose(detach.Grace ?? limits.ReconnectGrace);
            EndClaims();
            return new(true);
        }

        var isLost = lostConnection == detach.Connection;
        lostConnection = isLost ? null : lostConnection;
        return new(isLost);
    }

    private WatchOutcome Apply(Watch watch)
    {
        if (Watchers.Contains(watch.Watcher)) return new(true);
        Watchers.RemoveWhere(other => other.Replica == watch.Watcher.Replica && other.Boot < watch.Watcher.Boot);
        return new(Watchers.Count < limits.MaxWatchers && Watchers.Add(watch.Watcher));
    }

    private UnwatchOutcome Apply(Unwatch unwatch) => new(Watchers.Remove(unwatch.Watcher));

    private ReturnClaimsOutcome ReturnAll()
    {
        var claimed = In(CommandState.Claimed).ToList();
        foreach (var command in claimed) TakeBack(command);
        var detached = Channel is not null;
        Channel = null;
        return new([.. claimed.Select(command => new ReturnedCommand(command.Id, command.State))], detached);
    }

    private void Lose(TimeSpan grace)
    {
        Channel = null;
        var until = Now + (long)grace.TotalMilliseconds;
        foreach (var command in Pushed.Where(command => command.VisibleUntil > until))
            (command.Kept, command.VisibleUntil) = (command.VisibleUntil, until);
    }
}
