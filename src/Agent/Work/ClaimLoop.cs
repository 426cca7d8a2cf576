using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Work;

/// <summary>Claims commands by long poll, as many as there are hands free, and has them worked on.</summary>
internal sealed class ClaimLoop(
    IGatewayTransport transport, Worker worker, Outbox outbox, Func<Backoff> newBackoff, ClaimOptions options,
    TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>With so many results undelivered no more work is taken: the disk of a small device is small.</summary>
    private const int MostUndelivered = 100;

    /// <summary>Between two answers without a command, where the gateway does not hold the request.</summary>
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim hands = new(options.Concurrency);
    private readonly List<Task> working = [];

    /// <summary>
    /// Claims until <paramref name="stop"/>, then waits for what is running; that ends at once when <paramref name="kill"/> fires.
    /// </summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken kill)
    {
        try
        {
            await ClaimAsync(stop, kill);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // No more work; what was taken is finished.
        }

        await Task.WhenAll(working);
    }

    public void Dispose() => hands.Dispose();

    private async Task ClaimAsync(CancellationToken stop, CancellationToken kill)
    {
        Backoff backoff = newBackoff();
        string requestId = NewRequestId();
        while (true)
        {
            await hands.WaitAsync(stop);
            int free = 1;
            while (free < options.Concurrency && hands.Wait(0, stop)) free++;
            int taken = 0;
            TimeSpan pause;
            try
            {
                long asked = time.GetTimestamp();
                Reply<IReadOnlyList<ClaimedCommand>> reply = outbox.Count < MostUndelivered
                    ? await transport.ClaimAsync(new ClaimAttempt(requestId, free), options.Visibility, options.Wait, stop)
                    : new Reply<IReadOnlyList<ClaimedCommand>>(Verdict.Unavailable, null);
                if (reply.Value is { } commands)
                {
                    requestId = NewRequestId();
                    working.RemoveAll(task => task.IsCompleted);
                    foreach (ClaimedCommand command in commands.Take(free))
                    {
                        taken++;
                        working.Add(WorkAsync(command, kill));
                    }

                    backoff.Reset();
                    pause = taken == 0 ? ShortestPoll - time.GetElapsedTime(asked) : TimeSpan.Zero;
                }
                else
                {
                    if (reply.Verdict is not (Verdict.Unavailable or Verdict.Unauthorized)) WorkLog.ClaimRefused(log, reply.Detail);
                    pause = backoff.Next(reply.RetryAfter);
                }
            }
            finally
            {
                if (free > taken) hands.Release(free - taken);
            }

            if (pause > TimeSpan.Zero) await Task.Delay(pause, time, stop);
        }
    }

    private static string NewRequestId() => Guid.NewGuid().ToString("N");

    private async Task WorkAsync(ClaimedCommand command, CancellationToken kill)
    {
        // The claim loop goes on at once, whatever the command does first.
        await Task.Yield();
        try
        {
            await worker.WorkAsync(command, kill);
        }
        finally
        {
            hands.Release();
        }
    }
}

/// <param name="Concurrency">How many commands run at once, 1 to 10.</param>
/// <param name="Visibility">How long a claim lasts without word from the agent.</param>
/// <param name="Wait">How long the gateway may hold a claim until there is a command, at most 20 s.</param>
internal sealed record ClaimOptions(int Concurrency, TimeSpan Visibility, TimeSpan Wait);
