using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gateway.Core.Ids;

namespace Gateway.Api.Surfaces.Gateway.Wire;

/// <summary>
/// Ids as they go over the wire: <c>cmd_</c> and <c>sess_</c>, each before a <see cref="SortableId"/>. Commands are kept without
/// the prefix, sessions with it.
/// </summary>
internal static class WireIds
{
    private const string CommandPrefix = "cmd_", SessionPrefix = "sess_";

    /// <summary>A command's id for clients.</summary>
    public static string Command(string id) => CommandPrefix + id;

    /// <summary>A command's id for the queue; false when no command can have this one.</summary>
    public static bool TryParseCommand(string? text, [NotNullWhen(true)] out string? id)
    {
        var bare = text is not null && text.StartsWith(CommandPrefix, StringComparison.Ordinal) ? text[CommandPrefix.Length..] : null;
        id = SortableId.IsValid(bare) ? bare : null;
        return id is not null;
    }

    /// <summary>A fresh session id.</summary>
    public static string NewSession(DateTimeOffset now) =>
        SessionPrefix + SortableId.Create(now, RandomNumberGenerator.GetBytes(SortableId.EntropyBytes));

    /// <summary>Whether a session can have this id.</summary>
    public static bool IsSession([NotNullWhen(true)] string? id) =>
        id is not null && id.StartsWith(SessionPrefix, StringComparison.Ordinal) && SortableId.IsValid(id[SessionPrefix.Length..]);
}
