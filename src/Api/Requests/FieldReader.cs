using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Api.Wire;
using Gateway.Core.Ids;

namespace Gateway.Api.Requests;

/// <summary>
/// Reads the members of one JSON object and collects everything that is wrong with them, so that a client learns of all its
/// mistakes at once. What a method answers after a mistake is only there to go on with. Null is the same as absent;
/// members that nobody asks for are passed over.
/// </summary>
internal sealed class FieldReader(JsonElement body, List<FieldError> errors, string prefix = "")
{
    /// <summary>How deep a value of the client's own may be nested: readers at the other end must have room around it.</summary>
    public const int MaxValueDepth = 32;

    /// <summary>Notes a mistake that the typed methods do not know of.</summary>
    public void Refuse(string name, string message, FieldProblem problem = FieldProblem.Value) =>
        errors.Add(new FieldError(prefix + name, message, problem));

    /// <summary>A text that must be there, of <paramref name="min"/> to <paramref name="max"/> UTF-16 units.</summary>
    public string Text(string name, int min, int max) => OptionalText(name, min, max) ?? Missing(name, "");

    /// <summary>A text, or null.</summary>
    public string? OptionalText(string name, int min, int max)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.String) return WrongType(name, "must be a string", "");
        var text = value.GetString()!;
        if (text.Length < min) return Wrong(name, min == 1 ? "must not be empty" : $"must have at least {min} characters", "");
        if (text.Length > max) return Wrong(name, $"must have at most {max} characters", "");
        // NUL ends a text in C and cannot be stored in Postgres.
        return text.Contains('\0', StringComparison.Ordinal) ? Wrong(name, "must not contain the character U+0000", "") : text;
    }

    /// <summary>
    /// What a command printed, or null; as long as the body may be. A NUL in it, which programs do print and Postgres cannot store,
    /// becomes U+FFFD: a device could not do better by being refused.
    /// </summary>
    public string? OptionalOutput(string name)
    {
        if (Find(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString()!.Replace('\0', '\uFFFD') : WrongType(name, "must be a string", "");
    }

    /// <summary>A device id that must be there (<see cref="DeviceIds"/>).</summary>
    public string DeviceId(string name)
    {
        if (Find(name) is not { } value) return Missing(name, "");
        if (value.ValueKind != JsonValueKind.String) return WrongType(name, "must be a string", "");
        var id = value.GetString()!;
        return DeviceIds.IsValid(id) ? id : Wrong(name, $"must match {DeviceIds.Pattern} and not be dots only", "");
    }

    /// <summary>One of the texts given, which must be there.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        if (Find(name) is not { } value) return Missing(name, allowed[0]);
        if (value.ValueKind == JsonValueKind.String && allowed.Contains(value.GetString()!)) return value.GetString()!;
        return Wrong(name, $"must be one of: {string.Join(", ", allowed!)}", allowed[0]);
    }

    /// <summary>One of the texts given; the first when it is absent.</summary>
    public string OptionalOneOf(string name, params ReadOnlySpan<string> allowed) => Find(name) is null ? allowed[0] : OneOf(name, allowed);

    /// <summary>A whole number in a range, or null.</summary>
    public long? OptionalInteger(string name, long min, long max)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
            return WrongType(name, $"must be a whole number from {min} to {max}", min);
        return number >= min && number <= max ? number : Wrong(name, $"must be from {min} to {max}", min);
    }

    /// <summary>A whole number in a range, which must be there.</summary>
    public long Integer(string name, long min, long max) => OptionalInteger(name, min, max) ?? Missing(name, min);

    /// <summary>A finite number in a range, which must be there.</summary>
    public double Number(string name, double min, double max)
    {
        if (Find(name) is not { } value) return Missing(name, min);
        if (value.ValueKind != JsonValueKind.Number) return WrongType(name, "must be a number", min);
        var number = value.GetDouble();
        return number >= min && number <= max ? number : Wrong(name, FormattableString.Invariant($"must be from {min} to {max}"), min);
    }

    /// <summary>
    /// An object of measurements, or null: whatever is in it, every number is one that a reader can take, and the members named
    /// are numbers where they are there.
    /// </summary>
    public JsonElement? OptionalMetrics(string name, int maxBytes, params ReadOnlySpan<string> numbers)
    {
        if (OptionalValue(name, maxBytes) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Object) return WrongType<JsonElement?>(name, "must be an object", null);
        foreach (var number in numbers)
            if (value.TryGetProperty(number, out var member) && member.ValueKind is not (JsonValueKind.Number or JsonValueKind.Null))
                Refuse($"{name}.{number}", "must be a number", FieldProblem.Type);
        RefuseInfinite(name, value);
        return value;
    }

    /// <summary>True or false, or null.</summary>
    public bool? OptionalFlag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => WrongType(name, "must be true or false", false),
    };

    /// <summary>True or false, which must be there.</summary>
    public bool Flag(string name) => OptionalFlag(name) ?? Missing(name, false);

    /// <summary>A time with an offset, which must be there.</summary>
    public DateTimeOffset Time(string name)
    {
        if (Find(name) is not { } value) return Missing(name, default(DateTimeOffset));
        return value.ValueKind == JsonValueKind.String && WireTime.TryParse(value.GetString()!, out var at)
            ? at
            : Wrong(name, "must be an ISO 8601 time with an offset, for example 2026-01-01T00:00:00.000Z", default(DateTimeOffset));
    }

    /// <summary>An object, or null; its own mistakes are noted under <c>name.member</c>.</summary>
    public FieldReader? OptionalObject(string name)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Object) return new FieldReader(value, errors, $"{prefix}{name}.");
        Refuse(name, "must be an object", FieldProblem.Type);
        return null;
    }

    /// <summary>A list of objects, or null; mistakes in an entry are noted under <c>name.index.member</c>.</summary>
    public IReadOnlyList<T>? OptionalList<T>(string name, int maxLength, Func<FieldReader, T> read)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array) return WrongType<IReadOnlyList<T>?>(name, "must be a list", null);
        if (value.GetArrayLength() > maxLength) return Wrong<IReadOnlyList<T>?>(name, $"must have at most {maxLength} entries", null);
        var items = new List<T>(value.GetArrayLength());
        foreach (var (index, item) in value.EnumerateArray().Index())
        {
            if (item.ValueKind == JsonValueKind.Object) items.Add(read(new FieldReader(item, errors, $"{prefix}{name}.{index}.")));
            else Refuse($"{name}.{index}", "must be an object", FieldProblem.Type);
        }

        return items;
    }

    /// <summary>A value of the client's own, whatever it is, of bounded size and depth; null: absent.</summary>
    public JsonElement? OptionalValue(string name, int maxBytes)
    {
        if (Find(name) is not { } value) return null;
        if (!IsShallow(value, MaxValueDepth)) Refuse(name, $"must not be nested deeper than {MaxValueDepth} levels");
        else if (SizeOf(value) > maxBytes) Refuse(name, $"must have at most {maxBytes} bytes");
        return value;
    }

    /// <summary>The size of a value in bytes, as its client wrote it.</summary>
    public static int SizeOf(JsonElement value) => JsonMarshal.GetRawUtf8Value(value).Length;

    private void RefuseInfinite(string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when !double.IsFinite(value.GetDouble()):
                Refuse(name, "must be a finite number");
                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject()) RefuseInfinite($"{name}.{member.Name}", member.Value);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index()) RefuseInfinite($"{name}.{index}", item);
                break;
        }
    }

    private static bool IsShallow(JsonElement value, int levels) => value.ValueKind switch
    {
        JsonValueKind.Object => levels > 0 && value.EnumerateObject().All(member => IsShallow(member.Value, levels - 1)),
        JsonValueKind.Array => levels > 0 && value.EnumerateArray().All(item => IsShallow(item, levels - 1)),
        _ => true,
    };

    private JsonElement? Find(string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private T Missing<T>(string name, T instead) => Wrong(name, "is required", instead, FieldProblem.Missing);

    private T WrongType<T>(string name, string message, T instead) => Wrong(name, message, instead, FieldProblem.Type);

    private T Wrong<T>(string name, string message, T instead, FieldProblem problem = FieldProblem.Value)
    {
        Refuse(name, message, problem);
        return instead;
    }
}

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">The member, query parameter or header, for example <c>metrics.cpu</c>.</param>
/// <param name="Message">What is wrong, in words.</param>
/// <param name="Problem">What kind of mistake it is; not part of every surface's answer.</param>
internal sealed record FieldError(string Field, string Message, [property: JsonIgnore] FieldProblem Problem = FieldProblem.Value);

/// <summary>Kinds of mistakes.</summary>
internal enum FieldProblem
{
    /// <summary>It is required and not there.</summary>
    Missing,

    /// <summary>It is of another type.</summary>
    Type,

    /// <summary>It is of the right type, but not a value that is allowed.</summary>
    Value,
}
