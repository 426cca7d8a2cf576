using Gateway.Core.Commands;

namespace Gateway.Storage.Emergencies;

/// <summary>What an emergency action does.</summary>
public enum EmergencyAction
{
    /// <summary>Level 1: takes back what the target works on, and closes its sockets.</summary>
    SoftReset,

    /// <summary>Level 2: does so for every device, and then every program begins anew.</summary>
    ServiceReset,
}

/// <summary>An emergency action that is asked for.</summary>
/// <param name="Id">Its id, never used before.</param>
/// <param name="Action">What it does.</param>
/// <param name="Target">What it is done to.</param>
/// <param name="Reason">Why.</param>
/// <param name="Approver">Who agreed to it; null: nobody was asked.</param>
/// <param name="Actor">Who asked for it.</param>
public sealed record NewEmergency(string Id, EmergencyAction Action, EmergencyTarget Target, string Reason, string? Approver, string Actor);

/// <summary>The devices that an action is done to, and the nodes that are told.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Name">The id of the node or the device, or the name of all.</param>
public sealed record EmergencyTarget(EmergencyTargetKind Kind, string Name);

/// <summary>Kinds of <see cref="EmergencyTarget"/>.</summary>
public enum EmergencyTargetKind
{
    /// <summary>Every device, and every node.</summary>
    Everything,

    /// <summary>Every device behind a node, and every node.</summary>
    Nodes,

    /// <summary>A node and the devices behind it.</summary>
    Node,

    /// <summary>One device behind a node; its node is not told.</summary>
    Device,
}

/// <summary>An emergency action as far as it has come.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Action">What it does.</param>
/// <param name="Target">The target's name.</param>
/// <param name="Reason">Why.</param>
/// <param name="Approver">Who agreed to it; null: nobody was asked.</param>
/// <param name="Actor">Who asked for it.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="ReleasedAt">When all of the target's claims had been taken back; null: not yet.</param>
/// <param name="CompletedAt">When nothing was waited for any more; null: not yet.</param>
/// <param name="Releases">What was taken back so far.</param>
/// <param name="Nodes">The nodes that are told, by id.</param>
/// <param name="Replicas">The programs that have seen a service reset, by name.</param>
public sealed record Emergency(
    string Id, EmergencyAction Action, string Target, string Reason, string? Approver, string Actor,
    DateTimeOffset RequestedAt, DateTimeOffset? ReleasedAt, DateTimeOffset? CompletedAt,
    IReadOnlyList<EmergencyRelease> Releases, IReadOnlyList<EmergencyNode> Nodes, IReadOnlyList<EmergencyReplica> Replicas);

/// <summary>A command that was taken back.</summary>
/// <param name="DeviceId">The device that worked on it.</param>
/// <param name="CommandId">The command.</param>
/// <param name="State">What it was then: queued, or ended where it may not run again.</param>
/// <param name="IsFronted">Whether the device is behind a node.</param>
public sealed record EmergencyRelease(string DeviceId, string CommandId, CommandState State, bool IsFronted);

/// <summary>A node that is told of an action.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="State">What came of it.</param>
/// <param name="NotifiedAt">When it was told; null: not.</param>
/// <param name="ConfirmedAt">When it answered, either way; null: not.</param>
/// <param name="ReturnedAt">When it connected next; null: not yet.</param>
public sealed record EmergencyNode(string NodeId, NodeResetState State, DateTimeOffset? NotifiedAt, DateTimeOffset? ConfirmedAt, DateTimeOffset? ReturnedAt);

/// <summary>What came of telling a node.</summary>
public enum NodeResetState
{
    /// <summary>It is to be told.</summary>
    Pending,

    /// <summary>It has stopped what was taken back.</summary>
    Confirmed,

    /// <summary>It was told, and answered an error or nothing in time; its socket was closed all the same.</summary>
    Refused,

    /// <summary>No replica held a socket of it.</summary>
    Offline,
}

/// <summary>A program that is to begin anew.</summary>
/// <param name="Replica">Its name, which it has again afterwards.</param>
/// <param name="App">Its app id.</param>
/// <param name="SeenAt">When it saw the reset.</param>
/// <param name="RestartedAt">When it was up again; null: not yet.</param>
public sealed record EmergencyReplica(string Replica, string App, DateTimeOffset SeenAt, DateTimeOffset? RestartedAt);

/// <summary>An action that is not completed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Action">What it does.</param>
/// <param name="Target">The target, as it was asked for.</param>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who asked for it.</param>
/// <param name="IsReleased">Whether all of the target's claims have been taken back.</param>
public sealed record OpenEmergency(string Id, EmergencyAction Action, EmergencyTarget Target, string Reason, string Actor, bool IsReleased);

/// <summary>A code that lets somebody begin a service reset, once.</summary>
/// <param name="Hash">What is kept of it, which cannot be turned back by whoever reads the store.</param>
/// <param name="IssuedBy">Who has it.</param>
/// <param name="ExpiresAt">Until when it is good.</param>
public sealed record ConfirmCode(string Hash, string IssuedBy, DateTimeOffset ExpiresAt);
