using System.Globalization;

namespace Gateway.Queue.Heads;

/// <summary>
/// Knows whether a store's etags are counters, so that the etag after a save needs no read (DESIGN, "One key, one save, one etag"):
/// Redis and the embedded stores count, Postgres and Dapr's SQLite do not. Learned at run time: it is assumed until a save that
/// went through is found under another etag. A wrong guess costs one conflict. Thread-safe.
/// </summary>
internal sealed class EtagPredictor
{
    private volatile bool random;

    /// <summary>The etag that a save over <paramref name="etag"/> leaves behind; null: it has to be read.</summary>
    public string? AfterSaveOver(string etag)
    {
        if (random) return null;
        if (etag.Length == 0) return "1";
        return long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? (count + 1).ToString(CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>A head that nobody else has saved was found under another etag than predicted.</summary>
    public void Missed() => random = true;
}
