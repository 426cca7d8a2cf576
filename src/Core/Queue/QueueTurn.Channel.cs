namespace Gateway.Core.Queue;

/// <summary>The device's channel, what is pushed over it, and who watches.</summary>
internal sealed partial class QueueTurn
{
    private readonly List<ReplicaBoot> watchers;

    /// <summary>The connection of a dead replica, which this turn has detached and nobody has asked to keep detached.</summary>
    private string? goneConnection;

    /// <summary>The device's channel, which is not known to be dead; null: none.</summary>
    public QueueChannel? Channel { get; private set; }

    /// <summary>When a channel was last detached by a reset.</summary>
    public long? ResetAt { get; private set; }

    /// <summary>Whether the head names a channel or watcher of a dead replica.</summary>
    public bool HasDroppedGone { get; private set; }

    /// <summary>Attaches a channel: what was pushed to any other goes over to it.</summary>
    public void Attach(QueueChannel channel)
    {
        Effects.Detached = Channel;
        Channel = channel;
        // What was kept has not passed, or the shorter time would have ended the claim before.
        ChangePushed(claim => claim with
        {
            Connection = channel.Connection,
            IsTakenOver = true,
            VisibleUntil = claim.Kept ?? claim.VisibleUntil,
            Kept = null,
        });
        Changed = true;
    }

    /// <summary>Pushes nothing more over the channel if it is this connection's; false: it is not.</summary>
    public bool Drain(string connection)
    {
        if (Channel?.Connection != connection) return false;
        if (!Channel.IsDraining) (Channel, Changed) = (Channel with { IsDraining = true }, true);
        return true;
    }

    /// <summary>Detaches the channel if it is this connection's; false: it is not.</summary>
    public bool Detach(string connection, TimeSpan grace)
    {
        if (Channel?.Connection == connection)
        {
            Effects.Detached = Channel;
            Detach(grace);
            EndClaims();
        }
        else if (connection != goneConnection)
        {
            return false;
        }

        goneConnection = null;
        return Changed = true;
    }

    /// <summary>Detaches whatever channel there is, so that its replica closes it as a reset does; its claims are left to the caller. False: there is none.</summary>
    public bool Reset()
    {
        if (Channel is null) return false;
        Effects.Detached = Channel;
        Channel = null;
        ResetAt = Now;
        return Changed = true;
    }

    /// <summary>Notes a watcher; false: there are as many as may be.</summary>
    public bool AddWatcher(ReplicaBoot watcher)
    {
        if (watchers.Contains(watcher)) return true;
        watchers.RemoveAll(other => other.Replica == watcher.Replica && other.Boot < watcher.Boot);
        if (watchers.Count >= Limits.MaxWatchers) return false;
        watchers.Add(watcher);
        Changed = true;
        return true;
    }

    /// <summary>Forgets a watcher; false: it was not noted.</summary>
    public bool RemoveWatcher(ReplicaBoot watcher)
    {
        if (!watchers.Remove(watcher)) return false;
        return Changed = true;
    }

    /// <summary>
    /// Claims what waits for the channel, as far as its credit goes. Every turn does, changed or not: so whatever made room for a push or kept one
    /// up (history far behind, a look that stopped short), the next look makes good for it, and where there is nothing to push it costs nothing.
    /// </summary>
    public void Push()
    {
        if (push is null || Channel is not { Connection: var connection } || Waiting == 0) return;
        var credit = Channel.Room(Claimed, Limits);
        if (credit <= 0) return;
        var visibility = Channel.VisibilityMs is { } own ? TimeSpan.FromMilliseconds(own) : Limits.PushVisibility;
        var terms = new GrantTerms(credit, _ => push.NewToken(), visibility, push.By) { Connection = connection };
        if (Grant(terms) is not { } granted) return;
        Effects.Pushes = granted.Commands.Length > 0;
        Effects.PushesMore = granted.StoppedShort;
    }

    /// <summary>What dead replicas held is gone. Not a reason to save by itself: operations that look for it make it one.</summary>
    private void DropGone(IReadOnlyCollection<ReplicaBoot> gone)
    {
        if (gone.Count == 0) return;
        HasDroppedGone = watchers.RemoveAll(gone.Contains) > 0;
        if (Channel is null || !gone.Contains(Channel.Holder)) return;
        HasDroppedGone = true;
        goneConnection = Channel.Connection;
        Detach(Limits.ReconnectGrace);
    }

    private void Detach(TimeSpan grace)
    {
        Channel = null;
        var until = Now + (long)grace.TotalMilliseconds;
        ChangePushed(claim => claim.VisibleUntil > until ? claim with { VisibleUntil = until, Kept = claim.VisibleUntil } : claim);
    }

    private void ChangePushed(Func<Claim, Claim> change)
    {
        for (var i = 0; i < Claimed.Count; i++)
            if (Claimed[i].Claim is { Connection: not null } claim) Claimed[i] = Claimed[i] with { Claim = change(claim) };
    }
}
