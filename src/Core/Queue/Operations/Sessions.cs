using Gateway.Core.Commands;

namespace Gateway.Core.Queue.Operations;

/// <summary>Opens a session: at most one is active per device.</summary>
/// <param name="SessionId">Its id, fresh.</param>
/// <param name="CustomerId">Who opens it.</param>
/// <param name="Type"><c>diagnostic</c> or <c>remediation</c>.</param>
/// <param name="Description">The customer's words; null: none.</param>
/// <param name="Lifetime">How long it lasts unless closed.</param>
public sealed record OpenSession(string SessionId, string CustomerId, string Type, string? Description, TimeSpan Lifetime)
    : QueueOperation<OpenSessionOutcome>
{
    internal override OpenSessionOutcome? Apply(QueueTurn turn)
    {
        if (turn.Session is { } active) return new OpenSessionOutcome(false, active.Id, active.Definition);
        var definition = new SessionDefinition(
            CustomerId, Type, Description, turn.Now, turn.Now + (long)Lifetime.TotalMilliseconds, "active");
        turn.Session = new QueueSession(SessionId, definition, 0);
        turn.Record(QueueEventKind.SessionOpened, e => e with { SessionId = SessionId, Session = definition, By = $"customer:{CustomerId}" });
        return new OpenSessionOutcome(true, SessionId, definition);
    }
}

/// <summary>What <see cref="OpenSession"/> answers.</summary>
/// <param name="Opened">Whether it was opened; false: another one is active.</param>
/// <param name="SessionId">The active session.</param>
/// <param name="Definition">What it is.</param>
public sealed record OpenSessionOutcome(bool Opened, string SessionId, SessionDefinition Definition);

/// <summary>Closes a session. Its commands that were not started are cancelled; claimed ones go on to their device's word.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="By">Who closes it, for example <c>customer:abc</c>.</param>
public sealed record CloseSession(string SessionId, string By) : QueueOperation<CloseSessionOutcome>
{
    internal override CloseSessionOutcome? Apply(QueueTurn turn)
    {
        if (turn.Session?.Id != SessionId) return new CloseSessionOutcome(false);
        return turn.EndSession("closed", CommandState.Cancelled, By, "The session was closed.") ? new CloseSessionOutcome(true) : null;
    }
}

/// <summary>What <see cref="CloseSession"/> answers.</summary>
/// <param name="Closed">Whether it was closed now; false: it is not the active one.</param>
public sealed record CloseSessionOutcome(bool Closed);
