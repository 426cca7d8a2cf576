using Gateway.Agent.Commands;
using Gateway.Agent.Heartbeats;
using Gateway.Agent.Metrics;
using Gateway.Agent.Tests.Scripted;

namespace Gateway.Agent.Tests.Metrics;

public sealed class MetricsTests : IDisposable
{
    private readonly TestFolder root = new();

    public void Dispose() => root.Dispose();

    [Fact]
    public void Sample_OfAMachine_IsWhatItsFilesSay()
    {
        root.Write("proc/stat", "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1\n");
        root.Write("proc/meminfo", "MemTotal:        1000 kB\nMemFree:          100 kB\nMemAvailable:     250 kB\n");
        root.Write("proc/uptime", "1234.56 2000.00\n");
        root.Write("proc/loadavg", "0.50 1.25 2.00 1/123 4567\n");
        root.Write("sys/class/thermal/thermal_zone0/temp", "48312\n");
        var sampler = new MetricsSampler(new ProcFiles(root.Path));
        // 200 ticks more, of which 50 were work.
        root.Write("proc/stat", "cpu  130 0 120 820 130 0 0 0 0 0\n");
        MetricsSample sample = sampler.Sample();

        Assert.Equal(25, sample.Cpu);
        Assert.Equal(75, sample.Memory);
        Assert.Equal(1000 * 1024, sample.MemoryTotalBytes);
        Assert.Equal(1234.56, sample.Uptime);
        Assert.Equal((0.5, 1.25, 2.0), (sample.Load1, sample.Load5, sample.Load15));
        Assert.Equal(48.3, sample.Temperature);
        Assert.InRange(sample.DiskUsedPercent!.Value, 0, 100);
    }

    [Fact]
    public void Sample_WhereNothingIsTold_LeavesItOut()
    {
        var sampler = new MetricsSampler(new ProcFiles(root.Path));
        MetricsSample sample = sampler.Sample();

        Assert.Equal(new MetricsSample(null, null, null, null, null, sample.DiskUsedPercent, sample.DiskAvailableBytes, null, null, null, null), sample);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cpu\n")]
    [InlineData("cpu  a b c d e\n")]
    [InlineData("intr 1 2 3 4 5\n")]
    public void Sample_FilesThatReadOtherwise_LeavesItOut(string stat)
    {
        root.Write("proc/stat", stat);
        root.Write("proc/meminfo", "MemTotal: many kB\n");
        root.Write("proc/loadavg", "-\n");

        Assert.Null(new MetricsSampler(new ProcFiles(root.Path)).Sample().Cpu);
        Assert.Null(new ProcFiles(root.Path).Memory());
        Assert.Null(new ProcFiles(root.Path).LoadAverage());
    }

    [Fact]
    public void ProcessStat_NameWithBlanksAndParentheses_IsRead()
    {
        string fields = string.Join(' ', Enumerable.Range(1, 40));
        ProcessStat stat = ProcessStat.Parse(7, $"7 (a) (b c) S {fields}")!;

        Assert.Equal(new ProcessStat(7, "a) (b c", 'S', Parent: 1, Session: 3, Ticks: 11 + 12, ResidentPages: 21), stat);
    }

    [Theory]
    [InlineData(null, 30_000)]
    [InlineData(0d, 30_000)]
    [InlineData(-1d, 30_000)]
    [InlineData(double.NaN, 30_000)]
    [InlineData(15_000d, 15_000)]
    [InlineData(1d, 1_000)]
    [InlineData(1e12, 600_000)]
    public void Heartbeat_Pause_IsWhatTheGatewayAsksWithinReason(double? asked, double expected) =>
        Assert.Equal(expected, HeartbeatLoop.Pause(asked).TotalMilliseconds);
}
