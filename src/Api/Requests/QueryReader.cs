using System.Globalization;

namespace Gateway.Api.Requests;

/// <summary>Reads query parameters and collects everything that is wrong with them. A parameter given twice is refused.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    private readonly List<FieldError> errors = [];

    /// <summary>What was wrong; empty: nothing was.</summary>
    public IReadOnlyList<FieldError> Errors => errors;

    /// <summary>A whole number in a range.</summary>
    public int Integer(string name, int otherwise, int min, int max)
    {
        if (Find(name) is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        errors.Add(new FieldError(name, $"must be a whole number from {min} to {max}"));
        return otherwise;
    }

    /// <summary>One of the texts given; the first when the parameter is absent.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        if (Find(name) is not { } text) return allowed[0];
        if (allowed.Contains(text)) return text;
        errors.Add(new FieldError(name, $"must be one of: {string.Join(", ", allowed!)}"));
        return allowed[0];
    }

    /// <summary>A text that <paramref name="parse"/> understands, or null when the parameter is absent.</summary>
    public string? Optional(string name, Func<string, string?> parse, string problem)
    {
        if (Find(name) is not { } text) return null;
        if (parse(text) is { } value) return value;
        errors.Add(new FieldError(name, problem));
        return null;
    }

    private string? Find(string name)
    {
        var values = query[name];
        if (values.Count > 1) errors.Add(new FieldError(name, "must be given once"));
        return values.Count == 1 ? values[0] : null;
    }
}
