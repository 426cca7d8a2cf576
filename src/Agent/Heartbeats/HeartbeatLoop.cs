using System.Globalization;
using System.Runtime.InteropServices;
using Gateway.Agent.Metrics;
using Gateway.Agent.Transport;
using Gateway.Agent.Work;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Heartbeats;

/// <summary>Tells the gateway how the device does, as often as the gateway asks for it.</summary>
internal sealed class HeartbeatLoop(
    IGatewayTransport transport, MetricsSampler metrics, WorkStatus status, Outbox outbox, IReadOnlyList<string> commands,
    Backoff backoff, TimeProvider time, ILogger log)
{
    /// <summary>Where the gateway does not say.</summary>
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken cancel)
    {
        bool refused = false;
        while (true)
        {
            Reply<HeartbeatAnswer> reply = await transport.HeartbeatAsync(Compose(), cancel);
            TimeSpan pause;
            if (reply.Value is { } answer)
            {
                refused = false;
                backoff.Reset();
                pause = Pause(answer.NextHeartbeat);
            }
            else
            {
                if (!refused && reply.Verdict is not (Verdict.Unavailable or Verdict.Unauthorized or Verdict.Throttled))
                {
                    refused = true;
                    HeartbeatLog.Refused(log, reply.Detail);
                }

                pause = backoff.Next(reply.RetryAfter);
            }

            await Task.Delay(pause, time, cancel);
        }
    }

    internal static TimeSpan Pause(double? milliseconds) => milliseconds is not { } asked || !double.IsFinite(asked) || asked <= 0
        ? Default
        : TimeSpan.FromMilliseconds(Math.Clamp(asked, Shortest.TotalMilliseconds, Longest.TotalMilliseconds));

    private HeartbeatRequest Compose()
    {
        IReadOnlyList<RunningCommand> running = status.Running;
        string? fault = status.Fault;
        return new HeartbeatRequest(
            time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            fault is not null ? "error" : running.Count > 0 ? "busy" : "online",
            metrics.Sample(),
            new Diagnostics(
                AgentVersion.Text,
                RuntimeInformation.OSDescription,
                RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
                running,
                outbox.Count,
                commands,
                fault));
    }
}
