using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Core.Queue;

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

/// <summary>A session and its commands.</summary>
internal sealed record SessionAnswer(SessionView Session);

/// <summary>A session is closed.</summary>
internal sealed record CloseSessionAnswer(bool Success, ClosedSessionView Session);

/// <summary>A closed session.</summary>
internal sealed record ClosedSessionView(string Id, string Status);
