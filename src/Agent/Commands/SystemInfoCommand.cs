using System.Runtime.InteropServices;
using Gateway.Agent.Metrics;

namespace Gateway.Agent.Commands;

/// <summary><c>system_info</c>, no parameters: what the machine is and how it does. Output: <see cref="SystemInfo"/>.</summary>
internal sealed class SystemInfoCommand(ProcFiles proc, TimeProvider time) : ICommand
{
    public string Name => "system_info";

    public Task<CommandOutcome> RunAsync(Parameters parameters, CancellationToken cancel)
    {
        parameters.NoMore();
        ProcFiles.MemoryBytes? memory = proc.Memory();
        ProcFiles.Load? load = proc.LoadAverage();
        return Task.FromResult(Answer.Success(
            new SystemInfo(
                Environment.MachineName,
                RuntimeInformation.OSDescription,
                proc.KernelRelease(),
                RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
                proc.Model(),
                proc.CpuModel(),
                Environment.ProcessorCount,
                memory?.Total,
                memory?.Available,
                proc.UptimeSeconds(),
                load?.One,
                load?.Five,
                load?.Fifteen,
                proc.TemperatureCelsius(),
                AgentVersion.Text,
                time.GetUtcNow()),
            Answer.Types.SystemInfo));
    }
}
