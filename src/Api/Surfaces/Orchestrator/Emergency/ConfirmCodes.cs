using System.Security.Cryptography;
using Gateway.Api.Surfaces.Orchestrator.Access;

namespace Gateway.Api.Surfaces.Orchestrator.Emergency;

/// <summary>Codes that make sure that whoever begins a service reset means it. Only a hash is kept, keyed by the admin's token: a code is short enough to try all.</summary>
internal static class ConfirmCodes
{
    /// <summary>How long a code is good.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(5);

    /// <summary>The longest text that is looked at as one.</summary>
    public const int MaxLength = 64;

    // Without 0, O, 1, I and L.
    private const string Alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

    private const int Length = 6;

    /// <summary>A fresh code.</summary>
    public static string Create() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>What is kept of a code.</summary>
    public static string HashOf(string code, OrchestratorTokens tokens) => tokens.Seal(code.ToUpperInvariant());
}
