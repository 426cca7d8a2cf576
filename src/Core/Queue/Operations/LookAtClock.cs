namespace Gateway.Core.Queue.Operations;

/// <summary>
/// Ends what the clock has ended: claims, sessions, expired commands, also those in segments, and the channel of a replica that is dead. Every
/// operation does most of it in passing; this one is for when none comes (reminder, sweep).
/// </summary>
/// <param name="ReminderFired">The device's reminder has fired, so it is set no more.</param>
public sealed record LookAtClock(bool ReminderFired) : QueueOperation<ClockOutcome>
{
    internal override ClockOutcome? Apply(QueueTurn turn)
    {
        if (ReminderFired && turn.Armed is not null)
        {
            turn.Armed = null;
            turn.Touch();
        }

        // Nobody comes for what a dead replica held unless the head says so.
        if (turn.HasDroppedGone) turn.Touch();
        return turn.ExpireSegments() ? new ClockOutcome(turn.Length) : null;
    }
}

/// <summary>What <see cref="LookAtClock"/> answers.</summary>
/// <param name="Length">How many commands are not ended.</param>
public sealed record ClockOutcome(int Length);
