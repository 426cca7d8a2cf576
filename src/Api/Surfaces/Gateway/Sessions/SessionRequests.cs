using Gateway.Api.Requests;
using Gateway.Api.Wire;
using Gateway.Core.Queue;
using Gateway.Storage.History;

namespace Gateway.Api.Surfaces.Gateway.Sessions;

/// <summary>What a customer asks for.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Type"><c>diagnostic</c> or <c>remediation</c>.</param>
/// <param name="Description">The customer's words, at most 2,000 characters.</param>
internal sealed record OpenSessionRequest(string DeviceId, string Type, string? Description = null)
{
    /// <summary>Reads a body.</summary>
    public static OpenSessionRequest Read(FieldReader body) => new(
        body.DeviceId("deviceId"),
        body.OneOf("type", SessionTypes.Diagnostic, SessionTypes.Remediation),
        body.OptionalText("description", 0, WireLimits.Prose));
}

/// <summary>A session was opened.</summary>
internal sealed record OpenSessionAnswer(OpenedSessionView Session);

/// <summary>A session as it was opened.</summary>
internal sealed record OpenedSessionView(
    string Id, string DeviceId, string Type, string Status, string? Description, string CreatedAt, string ExpiresAt)
{
    /// <summary>As the queue answers it.</summary>
    public static OpenedSessionView Of(string id, string deviceId, SessionDefinition definition) => new(
        id, deviceId, definition.Type, definition.Status, definition.Description,
        WireTime.Text(definition.CreatedAt), WireTime.Text(definition.ExpiresAt));
}

/// <summary>A customer's sessions with a device, the newest first.</summary>
/// <param name="Sessions">The sessions.</param>
/// <param name="NextBefore">There are older ones: the value of <c>before</c> that shows them; absent: there are none.</param>
internal sealed record SessionListAnswer(IReadOnlyList<SessionListItem> Sessions, string? NextBefore)
{
    public const int DefaultSessions = 20, MaxSessions = 100;

    /// <summary>As history has them, at most <paramref name="limit"/>.</summary>
    public static SessionListAnswer Of(IReadOnlyList<SessionRecord> found, int limit, DateTimeOffset now) => new(
        [.. found.Take(limit).Select(session => SessionListItem.Of(session, now))],
        found.Count > limit ? found[limit - 1].Id : null);
}

/// <summary>A session in a list.</summary>
/// <param name="Id">The session.</param>
/// <param name="DeviceId">Its device.</param>
/// <param name="Type"><c>diagnostic</c> or <c>remediation</c>.</param>
/// <param name="Status"><c>active</c>, <c>closed</c> or <c>expired</c>.</param>
/// <param name="Description">The customer's words.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="EndedAt">When it ended.</param>
internal sealed record SessionListItem(
    string Id, string DeviceId, string Type, string Status, string? Description, string CreatedAt, string ExpiresAt, string? EndedAt)
{
    /// <summary>As history has it.</summary>
    public static SessionListItem Of(SessionRecord session, DateTimeOffset now) => new(
        session.Id, session.DeviceId, session.Type, SessionViews.StatusAt(session, now), session.Description,
        WireTime.Text(session.CreatedAt), WireTime.Text(session.ExpiresAt), WireTime.TextOrNull(session.EndedAt));
}

/// <summary>A session and its commands.</summary>
internal sealed record SessionAnswer(SessionView Session);

/// <summary>A session is closed.</summary>
internal sealed record CloseSessionAnswer(bool Success, ClosedSessionView Session);

/// <summary>A closed session.</summary>
internal sealed record ClosedSessionView(string Id, string Status);
