namespace Gateway.Portal.Api;

/// <summary>An emergency action that has begun.</summary>
internal sealed record EmergencyBegun(string EmergencyId);

/// <summary>A code for one service reset.</summary>
/// <param name="ConfirmCode">Six characters, told once.</param>
/// <param name="ExpiresAt">Until when it is good.</param>
internal sealed record IssuedCode(string ConfirmCode, DateTimeOffset ExpiresAt);

/// <summary>An emergency action and what came of it so far (docs/orchestrator-surface.md, "Emergency").</summary>
/// <param name="EmergencyId">Its id.</param>
/// <param name="Action"><c>soft_reset</c> or <c>service_reset</c>.</param>
/// <param name="Target"><c>orchestrator</c>, a node's or a device's id; <c>service</c>.</param>
/// <param name="Reason">Why.</param>
/// <param name="Approver">Who agreed to it; null: nobody was asked.</param>
/// <param name="Status"><c>initiated</c>, <c>completed</c> or <c>incomplete</c>.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="CompletedAt">When it was completed, or given up; null: not yet.</param>
/// <param name="DurationMs">How long that took; null: not yet.</param>
/// <param name="Released">What was taken back.</param>
/// <param name="Nodes">The nodes that are told.</param>
/// <param name="Replicas">The programs that a service reset restarts.</param>
/// <param name="Missing">Ids of the nodes and programs that are still waited for, or were in vain.</param>
internal sealed record EmergencyReport(
    string EmergencyId, string Action, string Target, string Reason, string? Approver, string Status,
    DateTimeOffset RequestedAt, DateTimeOffset? CompletedAt, long? DurationMs,
    IReadOnlyList<ReleasedTask> Released, IReadOnlyList<ToldNode> Nodes, IReadOnlyList<RestartedProgram> Replicas, IReadOnlyList<string> Missing);

/// <summary>A task that was taken back; of a customer's device its command.</summary>
internal sealed record ReleasedTask(string TaskId, string DeviceId, string Status);

/// <summary>A node that is told: <c>pending</c>, <c>confirmed</c>, <c>refused</c> or <c>offline</c>.</summary>
internal sealed record ToldNode(string NodeId, string State, DateTimeOffset? NotifiedAt, DateTimeOffset? ConfirmedAt, DateTimeOffset? ReturnedAt);

/// <summary>A program that a service reset restarts.</summary>
internal sealed record RestartedProgram(string Replica, string App, DateTimeOffset? SeenAt, DateTimeOffset? RestartedAt);
