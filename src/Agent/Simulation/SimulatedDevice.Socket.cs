using System.Text.Json;
using Gateway.Core.Verification;

namespace Gateway.Agent.Simulation;

/// <summary>
/// The same device over a socket: commands come by themselves, and the connection is cut while they wait, run or are being answered. What is sent
/// again is worked on once; now and then the device stays away for longer than the server waits.
/// </summary>
internal sealed partial class SimulatedDevice
{
    /// <summary>What docs/channels.md promises: pushed claims last five minutes.</summary>
    private const int PushVisibilityMs = 300_000;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly int graceMs = (int)world.Settings.ReconnectGrace.TotalMilliseconds;
    private readonly HashSet<(string Command, string Token)> taken = [];
    private readonly Queue<Work> waitingWork = new();
    private SimulatedSocket? socket;
    private int connections;

    private async Task RunOverSocketAsync(CancellationToken cancel)
    {
        // A fleet does not come all at once.
        await world.DelayAsync(random.Next(0, Math.Max(1, world.Settings.Devices)), cancel);
        while (!world.IsOver)
        {
            string name = $"{device.Id}-{++connections}";
            using SimulatedSocket? opened = await SimulatedSocket.OpenAsync(device, world, name, cancel);
            if (opened is null)
            {
                // As the real agent: by requests meanwhile.
                await world.DelayAsync(random.Next(200, 1_500), cancel);
                if (Chance(30)) await ClaimAndWorkAsync(cancel);
                continue;
            }

            socket = opened;
            try
            {
                await UseSocketAsync(opened, cancel);
            }
            finally
            {
                socket = null;
                opened.Cut();
                await opened.EndedAsync();
            }

            TakeIn(opened);
            world.Sink.Add(new LostSeen
            {
                By = By,
                Device = device.Id,
                Sent = opened.SurelyOpenAt,
                Answered = opened.LostAt,
                Connection = opened.Name,
                GraceMs = graceMs,
            });
            if (world.IsOver) return;
            world.Progress.Count(Counted.Reconnects);
            await world.DelayAsync(Chance(2) ? random.Next(graceMs + 1_000, graceMs + 6_000) : random.Next(20, 1_500), cancel);
        }
    }

    private async Task UseSocketAsync(SimulatedSocket opened, CancellationToken cancel)
    {
        while (!world.IsOver && opened.LostAt is null)
        {
            TakeIn(opened);
            if (waitingWork.TryDequeue(out Work? work))
            {
                if (Chance(3))
                {
                    // It dies with the claim, and knows nothing of it when it is back: what is sent again is new to it.
                    taken.Remove((work.Id, work.Token));
                    world.Progress.Count(Counted.Deaths);
                    return;
                }

                await DoPushedAsync(work, cancel);
                if (Chance(2)) return;
                continue;
            }

            if (Chance(1)) return;
            if (Chance(5)) await HeartbeatAsync(cancel);
            if (Chance(3)) await UseAFormerTokenAsync(cancel);
            Task pushed = opened.Pushes.WaitToReadAsync(cancel).AsTask();
            await pushed.WaitAsync(LongestWait, world.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Takes down what was pushed, and queues what is not known yet.</summary>
    private void TakeIn(SimulatedSocket from)
    {
        while (from.Pushes.TryRead(out (JsonElement Data, long At) push))
        {
            Work work = Read(push.Data);
            world.Sink.Add(new PushSeen
            {
                By = By,
                Device = device.Id,
                Sent = from.Asked,
                Answered = push.At,
                Status = 200,
                VisibilityMs = PushVisibilityMs,
                Connection = from.Name,
                Commands = [Granted(work)],
            });
            if (!taken.Add((work.Id, work.Token))) continue;
            world.Progress.Count(Counted.Claimed);
            Remember(work);
            waitingWork.Enqueue(work);
        }
    }

    private async Task DoPushedAsync(Work work, CancellationToken cancel)
    {
        await UseAnotherTokenAsync(work, cancel);
        await world.DelayAsync(random.Next(5, world.IsCalm ? 30 : 250), cancel);
        if (Chance(10)) await ExtendAsync(work, random.Next(1_500, 5_000), cancel);
        await AnswerAsync(work, cancel);
    }
}
