using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Portal.Api;

/// <summary>One page of the customer's devices.</summary>
/// <param name="Devices">The page.</param>
/// <param name="Total">How many devices match in all.</param>
public sealed record DeviceList(IReadOnlyList<DeviceItem> Devices, long Total);

/// <summary>A device in the list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its owner's name for it, else its id.</param>
/// <param name="Status"><c>online</c>, <c>busy</c>, <c>error</c> or <c>offline</c>.</param>
/// <param name="LastSeen">When it was last heard of; null: never.</param>
/// <param name="Location">Where it stands.</param>
/// <param name="Model">What it is.</param>
/// <param name="Lifecycle"><c>provisioned</c>, <c>active</c> or <c>suspended</c>.</param>
public sealed record DeviceItem(
    string Id, string Name, string Status, DateTimeOffset? LastSeen, string? Location, string? Model, string Lifecycle);

/// <summary>A device in detail, as <c>GET …/devices/{id}/status</c> and the live message <c>device_status</c> have it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its owner's name for it, else its id.</param>
/// <param name="Status"><c>online</c>, <c>busy</c>, <c>error</c> or <c>offline</c>.</param>
/// <param name="LastHeartbeat">When it was last heard of; null: never.</param>
/// <param name="Metrics">Its last metrics, a JSON object; null: none.</param>
/// <param name="Diagnostics">Its last diagnostics, any JSON; null: none.</param>
/// <param name="ActiveSession">The session that is open; null: none.</param>
/// <param name="Location">Where it stands.</param>
/// <param name="Model">What it is.</param>
/// <param name="Lifecycle"><c>provisioned</c>, <c>active</c> or <c>suspended</c>.</param>
/// <param name="RegisteredAt">When it registered; null: not yet.</param>
/// <param name="PendingCommands">How many commands wait for it.</param>
public sealed record DeviceStatus(
    string Id,
    string Name,
    string Status,
    DateTimeOffset? LastHeartbeat,
    JsonElement? Metrics,
    JsonElement? Diagnostics,
    string? ActiveSession,
    string? Location,
    string? Model,
    string Lifecycle,
    DateTimeOffset? RegisteredAt,
    int PendingCommands)
{
    /// <summary>The commands that it takes, as the agent's diagnostics tell them (src/Agent/README.md); null: they do not.</summary>
    [JsonIgnore]
    public IReadOnlySet<string>? Offered =>
        Diagnostics is { ValueKind: JsonValueKind.Object } told && told.TryGetProperty("commands", out var commands) && commands.ValueKind == JsonValueKind.Array
            ? commands.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!).ToHashSet(StringComparer.Ordinal)
            : null;
}

/// <summary>A device and the code with which it may register, once.</summary>
/// <param name="Id">The device.</param>
/// <param name="ActivationCode">Ten characters, <c>XXXXX-XXXXX</c>.</param>
/// <param name="ExpiresAt">Until when.</param>
public sealed record Activation(string Id, string ActivationCode, DateTimeOffset ExpiresAt);

internal sealed record DeviceStatusAnswer(DeviceStatus Device);

internal sealed record ActivationAnswer(Activation Device);
