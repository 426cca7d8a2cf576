using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Gateway.Agent.Commands;

/// <summary>Stops a program and everything that it started, also what has lost its parent on the way.</summary>
internal static class ProcessTree
{
    /// <summary>A process can fork between the look and the kill: look again, so often at most.</summary>
    private const int Passes = 10;

    public static void Kill(Process leader)
    {
        TryKill(leader, tree: true);
        if (!OperatingSystem.IsLinux()) return;
        for (int pass = 0; pass < Passes; pass++)
        {
            List<int> members = [.. SessionMembers(leader.Id)];
            if (members.Count == 0) return;
            foreach (int member in members)
            {
                try
                {
                    using Process process = Process.GetProcessById(member);
                    TryKill(process, tree: false);
                }
                catch (ArgumentException)
                {
                    // Gone since.
                }
            }
        }
    }

    private static void TryKill(Process process, bool tree)
    {
        try
        {
            process.Kill(tree);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception or AggregateException)
        {
            // Gone since, or not ours to kill (a program that runs as another user).
        }
    }

    /// <summary>The living processes of the session that the leader opened. Its own agent's session has another number.</summary>
    private static IEnumerable<int> SessionMembers(int session)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && ProcessStat.TryRead(id) is { State: not ('Z' or 'X') } stat && stat.Session == session)
            {
                yield return id;
            }
        }
    }
}
