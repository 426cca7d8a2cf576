namespace Gateway.Core.Ids;

/// <summary>Rules for ids that a client chooses (DESIGN, "Configuration contract"): <c>[A-Za-z0-9._-]{1,128}</c>.</summary>
/// <remarks>The alphabet leaves out what a state key or an actor id would trip over: <c>|</c>, <c>:</c>, <c>/</c>, <c>@</c>.</remarks>
public static class DeviceIds
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxLength = 128;

    /// <summary>The rule, as a regular expression for messages and API documents.</summary>
    public const string Pattern = "^[A-Za-z0-9._-]{1,128}$";

    /// <summary>Whether <paramref name="id"/> keeps to the rule. Ids of dots only are refused: they vanish from cleaned URL paths.</summary>
    public static bool IsValid(string? id)
    {
        if (id is null || id.Length is 0 or > MaxLength) return false;
        var onlyDots = true;
        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')) return false;
            onlyDots &= c == '.';
        }

        return !onlyDots;
    }
}
