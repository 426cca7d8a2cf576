using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gateway.Agent.Commands;

/// <summary>
/// The parameters of a claimed command: a JSON object, or nothing. Reading what does not fit throws
/// <see cref="InvalidParameterException"/>. A name that no reading asked for is an error as well (a misspelt option must not be
/// silently ignored), which <see cref="NoMore"/> checks after the last one.
/// </summary>
internal sealed partial class Parameters
{
    private readonly Dictionary<string, JsonElement> given = new(StringComparer.Ordinal);
    private readonly SortedSet<string> known = new(StringComparer.Ordinal);

    public Parameters(JsonElement parameters)
    {
        if (parameters.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return;
        if (parameters.ValueKind is not JsonValueKind.Object) throw new InvalidParameterException("*", "must be a JSON object");
        foreach (JsonProperty property in parameters.EnumerateObject())
        {
            if (property.Value.ValueKind is not JsonValueKind.Null) given[property.Name] = property.Value;
        }
    }

    public string? OptionalText(string name)
    {
        if (!Find(name, out JsonElement value)) return null;
        if (value.ValueKind is not JsonValueKind.String) throw new InvalidParameterException(name, "must be a string");
        string text = value.GetString()!;
        if (text.Contains('\0', StringComparison.Ordinal)) throw new InvalidParameterException(name, "must not contain NUL");
        return text;
    }

    public string Text(string name) =>
        OptionalText(name) is { Length: > 0 } text ? text : throw new InvalidParameterException(name, "is required");

    public int Number(string name, int from, int to, int? otherwise = null)
    {
        if (!Find(name, out JsonElement value))
            return otherwise ?? throw new InvalidParameterException(name, $"is required: a whole number from {from} to {to}");
        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out int number) && number >= from && number <= to) return number;
        throw new InvalidParameterException(name, $"must be a whole number from {from} to {to}");
    }

    public string Choice(string name, string otherwise, params ReadOnlySpan<string> choices)
    {
        string? text = OptionalText(name);
        if (text is null) return otherwise;
        if (choices.Contains(text)) return text;
        throw new InvalidParameterException(name, $"must be one of {string.Join(", ", choices!)}");
    }

    /// <summary>A host name (RFC 1123) or an IP address; nothing that a program could take for an option.</summary>
    public string Host(string name)
    {
        string host = Text(name);
        if (host.Length <= 253 && (HostName().IsMatch(host) || System.Net.IPAddress.TryParse(host, out _))) return host;
        throw new InvalidParameterException(name, "must be a host name or an IP address");
    }

    public IReadOnlyList<string> Texts(string name, int atMost, int longest)
    {
        if (!Find(name, out JsonElement value)) return [];
        if (value.ValueKind is not JsonValueKind.Array || value.GetArrayLength() > atMost)
            throw new InvalidParameterException(name, $"must be an array of at most {atMost} strings");
        var texts = new List<string>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind is not JsonValueKind.String
                || item.GetString() is not { } text
                || text.Length > longest
                || text.Contains('\0', StringComparison.Ordinal))
            {
                throw new InvalidParameterException(
                    $"{name}[{texts.Count}]", $"must be a string of at most {longest} characters, without NUL");
            }

            texts.Add(text);
        }

        return texts;
    }

    /// <summary>To be called after the last reading.</summary>
    public void NoMore()
    {
        string? stranger = given.Keys.FirstOrDefault(name => !known.Contains(name));
        if (stranger is null) return;
        string takes = known.Count == 0 ? "this command takes no parameters" : $"this command takes {string.Join(", ", known)}";
        throw new InvalidParameterException(Short(stranger), $"is not known; {takes}");
    }

    private bool Find(string name, out JsonElement value)
    {
        known.Add(name);
        return given.TryGetValue(name, out value);
    }

    private static string Short(string name) => name.Length <= 64 ? name : name[..64];

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?\z")]
    private static partial Regex HostName();
}
