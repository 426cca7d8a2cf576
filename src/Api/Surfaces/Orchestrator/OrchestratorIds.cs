using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gateway.Core.Ids;

namespace Gateway.Api.Surfaces.Orchestrator;

/// <summary>Ids as they go over this surface's wire (orchestrator-api.md, "JSON Schema definitions").</summary>
internal static class OrchestratorIds
{
    /// <summary>What a node's id must match.</summary>
    public const string NodePattern = "^node-[a-z0-9]+$";

    /// <summary>What a device's id must match.</summary>
    public const string DevicePattern = "^device-[a-z0-9]+$";

    private const string TaskPrefix = "task-", EmergencyPrefix = "emg_";

    /// <summary>Whether a node can have this id.</summary>
    public static bool IsNode([NotNullWhen(true)] string? id) => Is(id, "node-");

    /// <summary>Whether a device can have this id.</summary>
    public static bool IsDevice([NotNullWhen(true)] string? id) => Is(id, "device-");

    /// <summary>A command's id as a task's.</summary>
    public static string Task(string commandId) => TaskPrefix + commandId.ToLowerInvariant();

    /// <summary>The id of a command that is no task, as its customer and its device know it (gateway-api.md).</summary>
    public static string Command(string commandId) => $"cmd_{commandId}";

    /// <summary>A fresh id of an emergency action.</summary>
    public static string NewEmergency(DateTimeOffset now) =>
        EmergencyPrefix + SortableId.Create(now, RandomNumberGenerator.GetBytes(SortableId.EntropyBytes));

    /// <summary>Whether an emergency action can have this id.</summary>
    public static bool IsEmergency([NotNullWhen(true)] string? id) =>
        id is not null && id.StartsWith(EmergencyPrefix, StringComparison.Ordinal) && SortableId.IsValid(id[EmergencyPrefix.Length..]);

    /// <summary>A task's id as the queue's; false when no task can have this one.</summary>
    public static bool TryParseTask(string? id, [NotNullWhen(true)] out string? commandId)
    {
        commandId = Is(id, TaskPrefix) ? id[TaskPrefix.Length..].ToUpperInvariant() : null;
        if (!SortableId.IsValid(commandId)) commandId = null;
        return commandId is not null;
    }

    private static bool Is([NotNullWhen(true)] string? id, string prefix) =>
        id is not null
        && id.Length > prefix.Length
        && id.Length <= DeviceIds.MaxLength
        && id.StartsWith(prefix, StringComparison.Ordinal)
        && !id.AsSpan(prefix.Length).ContainsAnyExcept(Alphabet);

    private static readonly System.Buffers.SearchValues<char> Alphabet = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");
}
