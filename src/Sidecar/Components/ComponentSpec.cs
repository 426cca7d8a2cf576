using System.Globalization;

namespace Gateway.Sidecar.Components;

/// <summary>A component as a feature gets it, with secrets resolved and placeholders filled in.</summary>
internal sealed record ComponentSpec
{
    /// <summary><c>metadata.name</c>, by which callers address it.</summary>
    public required string Name { get; init; }

    /// <summary><c>spec.type</c>, such as <c>state.sqlite</c>.</summary>
    public required string Type { get; init; }

    /// <summary><c>spec.version</c>, <c>v1</c> when left out.</summary>
    public required string Version { get; init; }

    /// <summary><c>spec.metadata</c> by name; names are compared without case, as daprd does.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>App ids that get the component; empty is all. The loader has dropped components of other apps.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The file, relative to the working directory.</summary>
    public required string File { get; init; }

    /// <summary>A metadata value that is set and not empty, or null.</summary>
    public string? Text(string name) => Metadata.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>A boolean, see <see cref="IsTrue"/>; false when it is not set.</summary>
    public bool Flag(string name) => Text(name) is { } text && IsTrue(text);

    /// <summary>A boolean, as daprd reads one: y, yes, true, t, on and 1 are true in any case, everything else is false.</summary>
    public static bool IsTrue(string text) => text.Trim().ToLowerInvariant() is "y" or "yes" or "true" or "t" or "on" or "1";

    /// <summary>A duration: a Go duration (<c>1h30m</c>, <c>500ms</c>) or a plain number of seconds.</summary>
    public TimeSpan? Duration(string name)
    {
        if (Text(name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seconds)) return TimeSpan.FromSeconds(seconds);
        return GoDuration.TryParse(text, out TimeSpan duration)
            ? duration
            : throw new ComponentException($"{name} '{text}' is no duration; write for example 30s or 5m");
    }
}
