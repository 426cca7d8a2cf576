namespace Gateway.Portal.Nodes;

/// <summary>Which devices are chosen. Not thread-safe.</summary>
internal sealed class Selection
{
    private readonly HashSet<string> chosen = new(StringComparer.Ordinal);
    private string? last;

    /// <summary>How many.</summary>
    public int Count => chosen.Count;

    /// <summary>Their ids.</summary>
    public IReadOnlyCollection<string> Ids => chosen;

    /// <summary>Whether one is chosen.</summary>
    public bool Has(string id) => chosen.Contains(id);

    /// <summary>Chooses one or not any longer; with <paramref name="isRange"/> all between it and the last one alike.</summary>
    /// <param name="id">The one that was pressed.</param>
    /// <param name="isRange">Whether Shift was held.</param>
    /// <param name="shown">All that are shown, in their order.</param>
    public void Pick(string id, bool isRange, IReadOnlyList<string> shown)
    {
        var isChosen = !chosen.Contains(id);
        var (from, to) = (isRange && last is not null ? Find(last) : -1, Find(id));
        if (from < 0 || to < 0) Set([id], isChosen);
        else Set(shown.Skip(Math.Min(from, to)).Take(Math.Abs(to - from) + 1), isChosen);
        last = id;

        int Find(string wanted)
        {
            for (var i = 0; i < shown.Count; i++)
            {
                if (shown[i] == wanted) return i;
            }

            return -1;
        }
    }

    /// <summary>Chooses all of several, or none of them.</summary>
    public void Set(IEnumerable<string> ids, bool isChosen)
    {
        if (isChosen) chosen.UnionWith(ids);
        else chosen.ExceptWith(ids);
    }

    /// <summary>Drops those that are gone.</summary>
    public void Keep(Func<string, bool> isThere) => chosen.RemoveWhere(id => !isThere(id));

    /// <summary>Chooses none.</summary>
    public void Clear() => chosen.Clear();
}
