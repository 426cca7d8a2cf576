using System.Diagnostics;
using System.Globalization;

namespace Gateway.Agent.Commands;

/// <summary>
/// <c>process_list</c> {limit?: 1..500 = 50, sort?: memory | cpu | pid = memory}: the processes, without their command lines, which
/// may hold secrets. Output: <see cref="ProcessList"/>.
/// </summary>
internal sealed class ProcessListCommand : ICommand
{
    private const double TicksPerSecond = 100;

    public string Name => "process_list";

    public Task<CommandOutcome> RunAsync(Parameters parameters, CancellationToken cancel)
    {
        int limit = parameters.Number("limit", 1, 500, otherwise: 50);
        string sort = parameters.Choice("sort", "memory", "memory", "cpu", "pid");
        parameters.NoMore();

        List<ProcessList.Item> all = OperatingSystem.IsLinux() ? FromProc() : FromRuntime();
        IEnumerable<ProcessList.Item> sorted = sort switch
        {
            "cpu" => all.OrderByDescending(entry => entry.CpuSeconds).ThenBy(entry => entry.Pid),
            "pid" => all.OrderBy(entry => entry.Pid),
            _ => all.OrderByDescending(entry => entry.MemoryBytes).ThenBy(entry => entry.Pid),
        };
        return Task.FromResult(Answer.Success(new ProcessList(all.Count, [.. sorted.Take(limit)]), Answer.Types.ProcessList));
    }

    private static List<ProcessList.Item> FromProc() => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? ProcessStat.TryRead(id) : null)
        .OfType<ProcessStat>()
        .Select(stat => new ProcessList.Item(
            stat.Id, stat.Parent, stat.Name, stat.State.ToString(), stat.ResidentPages * Environment.SystemPageSize,
            stat.Ticks / TicksPerSecond))];

    private static List<ProcessList.Item> FromRuntime()
    {
        var entries = new List<ProcessList.Item>();
        foreach (Process process in Process.GetProcesses())
        {
            using (process)
            {
                try
                {
                    entries.Add(new ProcessList.Item(
                        process.Id, null, process.ProcessName, null, process.WorkingSet64, process.TotalProcessorTime.TotalSeconds));
                }
                catch (Exception untold) when (untold is InvalidOperationException or System.ComponentModel.Win32Exception)
                {
                    // Gone since, or another user's.
                }
            }
        }

        return entries;
    }
}
