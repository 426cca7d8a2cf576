namespace Gateway.Core.Devices;

/// <summary>How far a device is in its life with its owner; not whether it is connected.</summary>
public enum DeviceLifecycle
{
    /// <summary>Known, with an activation code, but not yet registered.</summary>
    Provisioned,

    /// <summary>Registered: it may authenticate and work.</summary>
    Active,

    /// <summary>Locked out: its credentials and tokens are refused.</summary>
    Suspended,
}

/// <summary>A device as the relational store has it.</summary>
public sealed record Device
{
    /// <summary>Its id, chosen by its owner (<see cref="Ids.DeviceIds"/>).</summary>
    public required string Id { get; init; }

    /// <summary>Its owner.</summary>
    public required string CustomerId { get; init; }

    /// <summary>The owner's name for it; null: none given.</summary>
    public string? Name { get; init; }

    /// <summary>Where it stands, in words; null: unknown.</summary>
    public string? Location { get; init; }

    /// <summary>Its model, in words; null: unknown.</summary>
    public string? Model { get; init; }

    /// <summary>How far it is in its life.</summary>
    public required DeviceLifecycle Lifecycle { get; init; }

    /// <summary>When it was provisioned.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it registered; null: not yet.</summary>
    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>Its presence.</summary>
    public required Presence Presence { get; init; }
}

/// <summary>What is known of a device's presence (DESIGN, "Presence").</summary>
/// <param name="Status"><c>offline</c>, or what its last heartbeat said: <c>online</c>, <c>busy</c>, <c>error</c>.</param>
/// <param name="LastSeen">When its last heartbeat arrived, by the server's clock; null: never.</param>
/// <param name="MetricsJson">The last heartbeat's metrics, a JSON text; null: none.</param>
/// <param name="DiagnosticsJson">The last heartbeat's diagnostics, a JSON text; null: none.</param>
public sealed record Presence(string Status, DateTimeOffset? LastSeen, string? MetricsJson, string? DiagnosticsJson)
{
    /// <summary>How long after its last heartbeat a device without an open socket counts as offline.</summary>
    public static readonly TimeSpan OfflineAfter = TimeSpan.FromSeconds(90);

    /// <summary>A device that was never heard of.</summary>
    public static readonly Presence Never = new("offline", null, null, null);
}
