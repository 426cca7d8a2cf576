namespace Gateway.Storage.Database;

/// <summary>Many rows as a table that a statement can read from: one statement for any number of rows, with a constant text.</summary>
/// <param name="Source">What goes after <c>from</c>; it is named <c>r</c>.</param>
/// <param name="Parameters">What the source reads.</param>
internal sealed record Rows(string Source, IReadOnlyList<Parameter> Parameters);

/// <summary>A column of <see cref="Rows"/>: a text or a number.</summary>
internal sealed record Column<T>
{
    private Column(string name) => Name = name;

    public string Name { get; }

    public Func<T, string?>? Text { get; private init; }

    public Func<T, long?>? Number { get; private init; }

    public static Column<T> OfText(string name, Func<T, string?> value) =>
        new(name) { Text = row => StorableText.Of(value(row)) };

    public static Column<T> OfNumber(string name, Func<T, long?> value) => new(name) { Number = value };
}
