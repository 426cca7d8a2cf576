using System.Buffers;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary>Settings under <c>Gateway:Commands</c>.</summary>
internal sealed class CommandOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway:Commands";

    private static readonly string[] Defaults = ["run_script", "restart_service"];

    /// <summary>
    /// The types that must not run twice: when a claim on one ends without a word, the command ends as <c>unknown</c> instead of being
    /// handed out again. Default <c>run_script</c> and <c>restart_service</c>; a configured list takes the default's place.
    /// </summary>
    public IList<string>? AtMostOnceTypes { get; set; }

    /// <summary>Whether commands of a type must not run twice.</summary>
    public bool IsAtMostOnce(string type) => (AtMostOnceTypes ?? Defaults).Contains(type, StringComparer.Ordinal);
}

/// <summary>The rule for command types.</summary>
internal static class CommandTypes
{
    /// <summary>The longest type, in characters.</summary>
    public const int MaxLength = 64;

    /// <summary>The rule as a regular expression, for messages.</summary>
    public const string Pattern = "^[A-Za-z0-9._-]{1,64}$";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Whether a text can be a type.</summary>
    public static bool IsValid(string type) => type.Length is > 0 and <= MaxLength && !type.AsSpan().ContainsAnyExcept(Allowed);
}
