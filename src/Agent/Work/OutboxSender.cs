using System.Collections.Concurrent;
using Gateway.Agent.Commands;
using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Work;

/// <summary>
/// Sends what is in the outbox until the gateway has answered each definitely. What it does not take now waits for its own next attempt and holds
/// up no other; only 429, which means the device, holds up all.
/// </summary>
/// <param name="atOnce">How many are under way at once.</param>
internal sealed class OutboxSender(
    Outbox outbox, IWordTaker taker, Func<Backoff> newBackoff, TimeProvider time, ILogger log, int atOnce = 1) : IDisposable
{
    /// <summary>Below this a result that is still too large goes without its output.</summary>
    private const int SmallestOutput = 1024;

    private readonly SemaphoreSlim wake = new(0);
    private readonly ConcurrentDictionary<ClaimKey, Attempt> attempts = new();
    private TimeSpan throttledUntil;

    /// <summary>Keeps a word and has it sent.</summary>
    public void Post(OutboxEntry entry)
    {
        outbox.Put(entry);
        wake.Release();
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            TimeSpan? pause = await SendDueAsync(cancel);
            using var due = new CancellationTokenSource(pause ?? Timeout.InfiniteTimeSpan, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancel);
            try
            {
                await wake.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                // The next attempt is due.
            }
        }
    }

    /// <summary>One last attempt at everything, for an agent that stops; what is left waits on disk.</summary>
    public async Task FlushAsync(CancellationToken cancel)
    {
        foreach (OutboxEntry entry in outbox.Waiting)
        {
            if (await SendAsync(entry, cancel) is not null) return;
        }
    }

    public void Dispose() => wake.Dispose();

    /// <returns>How long until the next attempt is due; null when nothing waits.</returns>
    private async Task<TimeSpan?> SendDueAsync(CancellationToken cancel)
    {
        TimeSpan? next = null;
        foreach (OutboxEntry[] some in outbox.Waiting.Chunk(atOnce))
        {
            foreach (TimeSpan? due in await Task.WhenAll(some.Select(entry => SendIfDueAsync(entry, cancel))))
                if (due is not null && !(due >= next)) next = due;
        }

        next -= time.GetElapsedTime(0);
        return next < TimeSpan.Zero ? TimeSpan.Zero : next;
    }

    /// <returns>When the next attempt is due; null when there is none.</returns>
    private async Task<TimeSpan?> SendIfDueAsync(OutboxEntry entry, CancellationToken cancel)
    {
        TimeSpan due = throttledUntil;
        if (attempts.TryGetValue(entry.Key, out Attempt? attempt) && attempt.Due > due) due = attempt.Due;
        if (due > time.GetElapsedTime(0)) return due;
        TimeSpan? wait = await SendAsync(entry, cancel);
        return time.GetElapsedTime(0) + wait;
    }

    /// <returns>How long to wait before the next attempt; null when the answer was definite.</returns>
    private async Task<TimeSpan?> SendAsync(OutboxEntry entry, CancellationToken cancel)
    {
        while (true)
        {
            Reply<WordTaken> reply = entry.Result is { } result
                ? await taker.SubmitAsync(entry.CommandId, result, cancel)
                : await taker.ReleaseAsync(entry.CommandId, entry.Release!, cancel);
            switch (reply.Verdict)
            {
                case Verdict.Ok:
                    WorkLog.Delivered(log, entry.CommandId, entry.Result?.Status ?? "given back");
                    Forget(entry.Key);
                    return null;

                case Verdict.TooLarge when Smaller(entry) is { } smaller:
                    WorkLog.ResultCut(log, entry.CommandId);
                    // Kept first, as any result: the gateway must not see two different ones under this claim.
                    outbox.Put(smaller);
                    entry = smaller;
                    continue;

                case Verdict.Throttled or Verdict.Unavailable or Verdict.Unauthorized:
                    Attempt attempt = attempts.GetOrAdd(entry.Key, _ => new Attempt(newBackoff()));
                    TimeSpan wait = attempt.Backoff.Next(reply.RetryAfter);
                    attempt.Due = time.GetElapsedTime(0) + wait;
                    if (reply.Verdict is Verdict.Throttled) throttledUntil = attempt.Due;
                    return wait;

                default:
                    WorkLog.ResultRefused(log, entry.CommandId, reply.Detail);
                    Forget(entry.Key);
                    return null;
            }
        }
    }

    private void Forget(ClaimKey key)
    {
        attempts.TryRemove(key, out _);
        outbox.Remove(key);
    }

    /// <summary>The result with half of its output, in the end with none; null when there is nothing left to take away.</summary>
    private static OutboxEntry? Smaller(OutboxEntry entry)
    {
        if (entry.Result is not { Output: { Length: > 0 } output } result) return null;
        string? cut = output.Length / 2 < SmallestOutput ? null : OutputText.Cut(output, output.Length / 2);
        return entry with { Result = result with { Output = cut } };
    }

    private sealed class Attempt(Backoff backoff)
    {
        public Backoff Backoff => backoff;

        /// <summary>By the clock that never jumps.</summary>
        public TimeSpan Due { get; set; }
    }
}
