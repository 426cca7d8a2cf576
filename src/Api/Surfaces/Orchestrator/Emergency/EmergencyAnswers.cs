using Gateway.Api.Wire;
using Gateway.Storage.Emergencies;

namespace Gateway.Api.Surfaces.Orchestrator.Emergency;

/// <summary>A soft reset that has begun.</summary>
/// <param name="Action"><c>soft_reset</c>.</param>
/// <param name="Status"><c>initiated</c>.</param>
/// <param name="Timestamp">When it was asked for.</param>
/// <param name="EstimatedRecovery">How long it takes as a rule.</param>
/// <param name="EmergencyId">What to ask for its outcome by.</param>
internal sealed record SoftResetAnswer(string Action, string Status, string Timestamp, string EstimatedRecovery, string EmergencyId);

/// <summary>A service reset that has begun; <see cref="SoftResetAnswer"/> has the other members.</summary>
/// <param name="Action"><c>service_reset</c>.</param>
/// <param name="Status"><c>initiated</c>.</param>
/// <param name="ConfirmCode">The code, which is used up.</param>
/// <param name="Approver">Who agreed to it.</param>
/// <param name="Timestamp">When it was asked for.</param>
/// <param name="EstimatedRecovery">How long it takes as a rule.</param>
/// <param name="EmergencyId">What to ask for its outcome by.</param>
internal sealed record ServiceResetAnswer(
    string Action, string Status, string ConfirmCode, string Approver, string Timestamp, string EstimatedRecovery, string EmergencyId);

/// <summary>A code for one service reset.</summary>
/// <param name="ConfirmCode">The code, which is told once.</param>
/// <param name="ExpiresAt">Until when it is good.</param>
internal sealed record ConfirmCodeAnswer(string ConfirmCode, string ExpiresAt);

/// <summary>An emergency action and what came of it so far.</summary>
/// <param name="EmergencyId">Its id.</param>
/// <param name="Action"><c>soft_reset</c> or <c>service_reset</c>.</param>
/// <param name="Target"><c>orchestrator</c>, a node's or a device's id; <c>service</c> of a service reset.</param>
/// <param name="Reason">Why.</param>
/// <param name="Approver">Who agreed to it; null: nobody was asked.</param>
/// <param name="Status">
/// <c>initiated</c>; <c>completed</c>: everything was taken back, every node told or away, every program that saw it restarted; <c>incomplete</c>: a program
/// has not come back within two minutes, or none has seen it.
/// </param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="CompletedAt">When it was completed, or given up; null: not yet.</param>
/// <param name="DurationMs">How long that took; null: not yet.</param>
/// <param name="Released">What was taken back.</param>
/// <param name="Nodes">The nodes that are told.</param>
/// <param name="Replicas">The programs that a service reset restarts.</param>
/// <param name="Missing">The nodes and programs that are still waited for, or were in vain.</param>
internal sealed record EmergencyAnswer(
    string EmergencyId, string Action, string Target, string Reason, string? Approver, string Status, string RequestedAt, string? CompletedAt, long? DurationMs,
    IReadOnlyList<ReleasedView> Released, IReadOnlyList<ToldNodeView> Nodes, IReadOnlyList<RestartView> Replicas, IReadOnlyList<string> Missing)
{
    /// <summary>As the store has it.</summary>
    public static EmergencyAnswer Of(Storage.Emergencies.Emergency emergency) => new(
        emergency.Id, emergency.Action.Name(), emergency.Target, emergency.Reason, emergency.Approver, StatusOf(emergency),
        WireTime.Text(emergency.RequestedAt), TextOrNull(emergency.CompletedAt), (long?)(emergency.CompletedAt - emergency.RequestedAt)?.TotalMilliseconds,
        [.. emergency.Releases.Select(ReleasedView.Of)],
        [.. emergency.Nodes.Select(ToldNodeView.Of)],
        [.. emergency.Replicas.Select(RestartView.Of)],
        [
            .. emergency.Nodes.Where(node => node.State == NodeResetState.Pending).Select(node => node.NodeId),
            .. emergency.Replicas.Where(replica => replica.RestartedAt is null).Select(replica => replica.Replica),
        ]);

    /// <summary>A time that may be missing.</summary>
    public static string? TextOrNull(DateTimeOffset? at) => at is { } time ? WireTime.Text(time) : null;

    private static string StatusOf(Storage.Emergencies.Emergency emergency) => emergency switch
    {
        { CompletedAt: null } => "initiated",
        { Action: EmergencyAction.SoftReset } => "completed",
        { Replicas: [_, ..] replicas } when replicas.All(replica => replica.RestartedAt is not null) => "completed",
        _ => "incomplete",
    };
}

/// <summary>A task that was taken back.</summary>
/// <param name="TaskId">The task; the command (<c>cmd_…</c>) of a device that is behind no node.</param>
/// <param name="DeviceId">The device that worked on it.</param>
/// <param name="Status">What it was then: <c>queued</c>, or <c>failed</c> where it may not run twice.</param>
internal sealed record ReleasedView(string TaskId, string DeviceId, string Status)
{
    /// <summary>As the store has it.</summary>
    public static ReleasedView Of(EmergencyRelease release) => new(
        release.IsFronted ? OrchestratorIds.Task(release.CommandId) : OrchestratorIds.Command(release.CommandId),
        release.DeviceId,
        OrchestratorStatus.OfTask(release.State));
}

/// <summary>A node that is told.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="State"><c>pending</c>, <c>confirmed</c>, <c>refused</c> (no good answer in two seconds; its socket was closed all the same) or <c>offline</c>.</param>
/// <param name="NotifiedAt">When it was told; null: not.</param>
/// <param name="ConfirmedAt">When it answered; null: not.</param>
/// <param name="ReturnedAt">When it was back; null: not yet.</param>
internal sealed record ToldNodeView(string NodeId, string State, string? NotifiedAt, string? ConfirmedAt, string? ReturnedAt)
{
    /// <summary>As the store has it.</summary>
    public static ToldNodeView Of(EmergencyNode node) => new(
        node.NodeId, node.State.Name(), EmergencyAnswer.TextOrNull(node.NotifiedAt), EmergencyAnswer.TextOrNull(node.ConfirmedAt),
        EmergencyAnswer.TextOrNull(node.ReturnedAt));
}

/// <summary>A program that a service reset restarts.</summary>
/// <param name="Replica">Its name.</param>
/// <param name="App"><c>gateway-api</c> or <c>gateway-actors</c>.</param>
/// <param name="SeenAt">When it saw the reset.</param>
/// <param name="RestartedAt">When it was up again; null: not yet.</param>
internal sealed record RestartView(string Replica, string App, string SeenAt, string? RestartedAt)
{
    /// <summary>As the store has it.</summary>
    public static RestartView Of(EmergencyReplica replica) => new(
        replica.Replica, replica.App, WireTime.Text(replica.SeenAt), EmergencyAnswer.TextOrNull(replica.RestartedAt));
}
