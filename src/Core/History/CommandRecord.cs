using Gateway.Core.Commands;
using Gateway.Core.Queue;

namespace Gateway.Core.History;

/// <summary>
/// A command as history shows it: the fold of its events. <see cref="Apply"/> is the only place that says what an event changes,
/// for the relational store and for tests alike.
/// </summary>
public sealed record CommandRecord
{
    /// <summary>The device.</summary>
    public required string DeviceId { get; init; }

    /// <summary>The command's id, 26 characters, sortable.</summary>
    public required string CommandId { get; init; }

    /// <summary>The number of the last event that was folded in.</summary>
    public required long LastSeq { get; init; }

    /// <summary>Its definition; null in a partial record, whose Enqueued event is already in history.</summary>
    public CommandDefinition? Definition { get; init; }

    /// <summary>Its state after <see cref="LastSeq"/>.</summary>
    public required CommandState State { get; init; }

    /// <summary>How often it was claimed; null: no event said so.</summary>
    public int? Attempt { get; init; }

    /// <summary>The end of the last claim's visibility, Unix milliseconds.</summary>
    public long? VisibleUntil { get; init; }

    /// <summary>Hash of the last claim's token.</summary>
    public string? TokenHash { get; init; }

    /// <summary>When it was last claimed, Unix milliseconds.</summary>
    public long? ClaimedAt { get; init; }

    /// <summary>When a person approved or rejected it, Unix milliseconds.</summary>
    public long? DecidedAt { get; init; }

    /// <summary>Who approved or rejected it.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>When it reached its terminal state, Unix milliseconds.</summary>
    public long? EndedAt { get; init; }

    /// <summary>The device's result.</summary>
    public CommandResult? Result { get; init; }

    /// <summary>The last reason that an event gave.</summary>
    public string? Reason { get; init; }

    /// <summary>The record after an event; <paramref name="record"/> null: the first event known here.</summary>
    public static CommandRecord Apply(CommandRecord? record, string deviceId, QueueEvent e)
    {
        var state = e.State ?? record?.State
            ?? throw new ArgumentException($"Event {e.Seq} of {deviceId} says no state and none is known.", nameof(e));
        var next = (record ?? new CommandRecord { DeviceId = deviceId, CommandId = e.CommandId!, LastSeq = 0, State = state }) with
        {
            LastSeq = e.Seq,
            State = state,
            Reason = e.Reason ?? record?.Reason,
        };
        return e.Kind switch
        {
            QueueEventKind.Enqueued => next with { Definition = e.Definition, Attempt = 0 },
            QueueEventKind.Approved => next with { DecidedAt = e.At, DecidedBy = e.By },
            QueueEventKind.Claimed => next with { Attempt = e.Attempt, VisibleUntil = e.VisibleUntil, TokenHash = e.TokenHash, ClaimedAt = e.At },
            QueueEventKind.Extended => next with { VisibleUntil = e.VisibleUntil },
            // Without somebody behind it, a rejection is the queue's own: who approved before stays on record.
            QueueEventKind.Ended when e.State == CommandState.Rejected && e.By is not null =>
                next with { EndedAt = e.At, DecidedAt = e.At, DecidedBy = e.By },
            QueueEventKind.Ended => next with { EndedAt = e.At, Result = e.Result ?? next.Result, TokenHash = e.TokenHash ?? next.TokenHash },
            _ => next,
        };
    }
}
