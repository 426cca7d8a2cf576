using Gateway.Bench.Load;

namespace Gateway.Bench.Channels;

/// <summary>What has been measured so far, in the order in which it first came.</summary>
internal sealed class SeriesTable
{
    private readonly List<Series> rows = [];

    public IReadOnlyList<Series> Rows => rows;

    /// <summary>Adds one phase.</summary>
    /// <param name="name">What.</param>
    /// <param name="size">With how many clients or subscribers.</param>
    /// <param name="phase">What came of it.</param>
    /// <param name="floor">The floor of the same round.</param>
    public void Add(string name, int size, Phase phase, Phase floor)
    {
        var row = rows.Find(known => known.Name == name && known.Clients == size);
        if (row is null) rows.Add(row = new Series(name, size));
        row.Add(phase, floor);
    }
}
