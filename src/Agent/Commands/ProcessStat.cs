using System.Globalization;

namespace Gateway.Agent.Commands;

/// <summary>What /proc/PID/stat tells of a process (proc(5)).</summary>
/// <param name="Ticks">Processor time used, in clock ticks of 10 ms.</param>
/// <param name="ResidentPages">Memory in use, in pages.</param>
internal sealed record ProcessStat(int Id, string Name, char State, int Parent, int Session, long Ticks, long ResidentPages)
{
    /// <summary>Null when the process is gone or the machine is not Linux.</summary>
    public static ProcessStat? TryRead(int id)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{id}/stat");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return Parse(id, text);
    }

    internal static ProcessStat? Parse(int id, string text)
    {
        // pid (name) state ppid pgrp session ...: the name may itself hold blanks and parentheses.
        int open = text.IndexOf('(', StringComparison.Ordinal), close = text.LastIndexOf(')');
        if (open < 0 || close < open) return null;
        string[] fields = text[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 22) return null;
        return new ProcessStat(
            id, text[(open + 1)..close], fields[0][0], (int)Number(fields[1]), (int)Number(fields[3]),
            Number(fields[11]) + Number(fields[12]), Number(fields[21]));
    }

    private static long Number(string field) =>
        long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : 0;
}
