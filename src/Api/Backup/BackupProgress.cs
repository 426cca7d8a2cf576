using System.Globalization;

namespace Gateway.Api.Backup;

/// <summary>
/// Tells how far an export or import is: on a terminal one line that is written over, elsewhere a line now and then; a table at the end.
/// All of it on standard error, since standard output may be the backup.
/// </summary>
internal sealed class BackupProgress(TextWriter output, bool isTerminal, TimeProvider time)
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(250), NextLine = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<string, (long Records, long Bytes)> kinds = new(StringComparer.Ordinal);
    private readonly long started = time.GetTimestamp();
    private long shown = time.GetTimestamp();
    private int drawn;

    /// <summary>Counts a record.</summary>
    public void Add(string kind, int bytes)
    {
        var (records, length) = kinds.GetValueOrDefault(kind);
        kinds[kind] = (records + 1, length + bytes);
        if (time.GetElapsedTime(shown) < (isTerminal ? Redraw : NextLine)) return;
        shown = time.GetTimestamp();
        Show(Invariant($"{kinds.Values.Sum(of => of.Records):N0} records, {Size(kinds.Values.Sum(of => of.Bytes))}, now {kind}"));
    }

    /// <summary>Tells something to look at.</summary>
    public void Warn(string text) => Say($"warning: {text}");

    /// <summary>Tells what there is now.</summary>
    public void Say(string text)
    {
        Clear();
        output.WriteLine(text);
    }

    /// <summary>Shows the table of what was done.</summary>
    public void Complete(string text)
    {
        Say(Invariant($"{text} in {time.GetElapsedTime(started).TotalSeconds:0.0} s:"));
        foreach (var (kind, (records, bytes)) in kinds) output.WriteLine(Invariant($"  {kind,-16}{records,12:N0} records {Size(bytes),14}"));
    }

    private void Show(string text)
    {
        if (!isTerminal)
        {
            output.WriteLine(text);
            return;
        }

        output.Write("\r" + text.PadRight(drawn));
        drawn = text.Length;
    }

    private void Clear()
    {
        if (drawn > 0) output.Write("\r" + new string(' ', drawn) + "\r");
        drawn = 0;
    }

    private static string Size(long bytes) => bytes < 1 << 20 ? Invariant($"{bytes / 1024.0:N1} KiB") : Invariant($"{bytes / 1048576.0:N1} MiB");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
