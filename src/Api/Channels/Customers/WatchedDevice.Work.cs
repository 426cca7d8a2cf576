using Gateway.Core.Commands;
using Gateway.Core.Devices;
using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Notices;
using Gateway.Storage.Devices;

namespace Gateway.Api.Channels.Customers;

/// <summary>What a watched device's line works off, one piece at a time.</summary>
internal sealed partial class WatchedDevice
{
    /// <summary>Most commands in a snapshot.</summary>
    private const int MaxCommands = 200;

    /// <summary>Most events that are read when some were missed; after more, everybody gets a fresh snapshot.</summary>
    private const int MaxRepair = 200;

    /// <summary>Most commands that are remembered; what an event says of another one is completed from history.</summary>
    private const int MaxRemembered = 1_000;

    /// <summary>How old the count of waiting commands and the session of a status may be.</summary>
    private static readonly TimeSpan HeadAge = TimeSpan.FromSeconds(5);

    private static readonly Payload NoText = Payload.Inline("{}");

    /// <summary>Commands that have not ended, as of <see cref="seq"/>, or further on where they were read from history.</summary>
    private readonly Dictionary<string, CommandRecord> commands = new(StringComparer.Ordinal);

    private ReplicaBoot? watchedAs;

    private static CancellationToken Unhurried => CancellationToken.None;

    private async Task<CustomerMessage?> AdmitAsync(ICustomerConnection connection, Device fresh)
    {
        lock (gate)
        {
            if (isOver) return null;
        }

        // First the watch, then the snapshot: what is committed after it comes by itself, and what before it is in it.
        if (watchedAs is null) await WatchAsync();
        var head = await services.Queue.FlushAsync(Id, Unhurried);
        var snapshot = await ReadSnapshotAsync(head, fresh);
        var message = services.Words.Subscribed(snapshot);
        lock (gate)
        {
            if (fresh.Presence.LastSeen >= device.Presence.LastSeen || device.Presence.LastSeen is null) device = fresh;
            if (subscribers.Count == 0)
            {
                seq = head.Seq;
                toldHeard = IsHeard;
                Remember(snapshot.Commands);
            }

            // Others may have less than this one: they get the events between, and this one does not.
            subscribers[connection] = head.Seq;
            connection.TrySend(message);
        }

        // What the device's own replica sends of it has to find its way here soon.
        if (head.Channel is { } channel) services.Notices.Publish(channel.Replica, ReplicaNotice.Look(Id));
        return message;
    }

    private async Task WatchAsync()
    {
        using var limit = new CancellationTokenSource(CustomerChannels.WatchLimit, services.Time);
        var self = await services.SelfAsync(limit.Token);
        var outcome = await services.Queue.ExecuteAsync(Id, new Watch(self), Unhurried);
        if (!outcome.Watching) CustomerChannelLog.TooManyWatchers(services.Logger, Id);
        watchedAs = self;
    }

    private async Task EndAsync()
    {
        if (watchedAs is { } self) await services.Queue.ExecuteAsync(Id, new Unwatch(self), Unhurried);
        watchedAs = null;
        lock (gate) isOver = true;
        services.Forget(this);
    }

    private async Task TakeEventsAsync(IReadOnlyList<QueueEvent> events, long through)
    {
        if (Known is null || through <= seq) return;
        if (events.Count == 0 || events[^1].Seq != through || events[0].Seq > seq + 1)
        {
            await RepairAsync();
            return;
        }

        foreach (var e in events)
            if (e.Seq > seq) await TellAsync(e);
    }

    private async Task TakeChangeAsync(ChangedDevice change)
    {
        if (Known is null) return;
        List<ICustomerConnection> lost = [];
        bool isNews;
        lock (gate)
        {
            var (before, after) = (device.Presence, change.Device.Presence);
            var isLater = before.LastSeen is null || after.LastSeen >= before.LastSeen;
            isNews = device.Lifecycle != change.Device.Lifecycle || (isLater && (before.LastSeen != after.LastSeen || before.Status != after.Status));
            device = isLater ? change.Device : change.Device with { Presence = before };
            foreach (var (connection, _) in subscribers)
                if (connection.CustomerId != device.CustomerId) lost.Add(connection);
        }

        foreach (var connection in lost)
        {
            if (Remove(connection)) connection.TrySend(services.Words.Unsubscribed(Id, UnsubscribeReason.NotOwner));
            services.Lost(connection, this);
        }

        if (isNews) await TellStatusAsync();

        // History may be ahead of a notice that is still under way: only who is still behind a second later has missed it.
        if (change.LastSeq > seq && laggedAt == seq) await RepairAsync();
        laggedAt = change.LastSeq > seq ? seq : -1;
    }

    private async Task TellStatusAsync()
    {
        if (Known is null) return;
        var head = await services.Queue.ReadHeadAsync(Id, HeadAge, Unhurried);
        DeviceState state;
        lock (gate)
        {
            toldHeard = IsHeard;
            state = DeviceState.Of(device, head, services.Time.GetUtcNow());
        }

        var message = services.Words.Status(state);
        foreach (var (connection, _) in Subscribers()) connection.TrySend(message);
    }

    /// <summary>Tells what was missed, or when that is too much how everything is now.</summary>
    private async Task RepairAsync()
    {
        if (Known is null) return;
        var head = await services.Queue.FlushAsync(Id, Unhurried);
        if (watchedAs is { } self && !head.Watchers.Contains(self)) await WatchAsync();
        if (head.Seq <= seq) return;
        CustomerChannelLog.Repairs(services.Logger, Id, seq + 1, head.Seq);
        var missed = await services.History.ListEventsAsync(Id, seq, MaxRepair + 1, Unhurried);
        if (missed.Count is > 0 and <= MaxRepair && missed[0].Seq == seq + 1 && missed[^1].Seq == seq + missed.Count)
        {
            foreach (var e in missed) await TellAsync(e);
            return;
        }

        var snapshot = await ReadSnapshotAsync(head, device);
        var message = services.Words.Subscribed(snapshot);
        lock (gate)
        {
            seq = head.Seq;
            Remember(snapshot.Commands);
            foreach (var connection in subscribers.Keys.ToList())
            {
                subscribers[connection] = head.Seq;
                connection.TrySend(message);
            }
        }
    }

    private async Task TellAsync(QueueEvent e)
    {
        var message = await WriteAsync(e);
        lock (gate)
        {
            seq = e.Seq;
            if (message is null) return;
            foreach (var (connection, from) in subscribers)
                if (e.Seq > from) connection.TrySend(message);
        }
    }

    private async Task<CustomerMessage?> WriteAsync(QueueEvent e)
    {
        if (e.Session is not null) return services.Words.Session(Id, e);
        if (e.CommandId is not { } id) return null;
        var known = commands.GetValueOrDefault(id);
        var record = known is null && e.Definition is null ? null : After(known, e);
        if (record?.Definition is null || (record.State == CommandState.PendingApproval && ReferenceEquals(record.Definition.Parameters, NoText)))
        {
            // From before it was watched, or one whose parameters are shown again.
            await services.Queue.FlushAsync(Id, Unhurried);
            if (await services.Commands.FindAsync(Id, id, Unhurried) is not { Definition: not null } found) return null;
            record = After(found, e);
        }

        if (record.State.IsTerminal()) commands.Remove(id);
        else if (commands.Count < MaxRemembered || commands.ContainsKey(id)) commands[id] = WithoutText(record);
        return services.Words.Command(e.Seq, record);
    }

    /// <summary>A command after an event. What was read from history may be further on already, and the event does not take it back.</summary>
    private CommandRecord After(CommandRecord? known, QueueEvent e) =>
        known is not null && known.LastSeq >= e.Seq ? known with { Definition = e.Definition ?? known.Definition } : CommandRecord.Apply(known, Id, e);

    private async Task<DeviceSnapshot> ReadSnapshotAsync(QueueHead head, Device of)
    {
        var live = await services.History.ListLiveCommandsAsync(Id, MaxCommands + 1, Unhurried);
        return new DeviceSnapshot(DeviceState.Of(of, head, services.Time.GetUtcNow()), head.Seq, [.. live.Take(MaxCommands)], live.Count > MaxCommands);
    }

    private void Remember(IReadOnlyList<CommandRecord> live)
    {
        commands.Clear();
        foreach (var record in live) commands[record.CommandId] = WithoutText(record);
    }

    private static CommandRecord WithoutText(CommandRecord record) =>
        record with { Definition = record.Definition! with { Parameters = NoText } };
}
