using Gateway.Storage.Backup;
using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.Backup;

/// <summary>
/// Rows for every table that a backup keeps, made up from what the database says of its columns: a table that comes later is
/// filled like the others, and nobody has to think of it.
/// </summary>
internal static class RandomRows
{
    private const int RowsOfATable = 40;

    private static readonly string[] Texts =
    [
        "", " ", "plain", "ü 🍳 \u2028", "'; drop table devices; --", "{\"a\": [1, \"\\u0000\"]}", "[1]", "null", "line\nline\r\n\ttab", "1767225600000", "\u0001\uFFFD", new string('x', 30_000),
    ];

    private static readonly string[] Lifecycles = ["provisioned", "active", "suspended"];

    /// <summary>Some rows of each table.</summary>
    public static async IAsyncEnumerable<StoreRow> OfAsync(TestDatabase database, int seed)
    {
        var random = new Random(seed);
        foreach (var table in StoreTables.Kept)
        {
            var columns = (await database.ReadAsync($"select name, type, \"notnull\" as required, pk from pragma_table_xinfo('{table}') where hidden = 0"))
                .ConvertAll(Column.Parse);
            for (var number = 1; number <= RowsOfATable; number++)
                yield return new StoreRow(table, columns.ToDictionary(column => column.Name, column => Value(random, column, number)));
        }
    }

    private static object? Value(Random random, Column column, int number) => column switch
    {
        { Name: "lifecycle" } => Lifecycles[random.Next(Lifecycles.Length)],
        { IsText: true, IsKey: true } => $"{Texts[random.Next(6)]}-{number}",
        { IsText: false, IsKey: true } => (long)number * 1000,
        { IsRequired: false } when random.Next(3) == 0 => null,
        { IsText: true } => Texts[random.Next(Texts.Length)],
        _ => random.Next(4) switch { 0 => 0L, 1 => long.MaxValue, 2 => long.MinValue, _ => random.NextInt64() },
    };

    private sealed record Column(string Name, bool IsText, bool IsRequired, bool IsKey)
    {
        public static Column Parse(string row)
        {
            var values = row.Split(' ').ToDictionary(part => part.Split('=')[0], part => part.Split('=')[1].Trim('"'));
            return new(values["name"], values["type"] == "text", values["required"] == "1", values["pk"] != "0" || values["name"] == "seq");
        }
    }
}
