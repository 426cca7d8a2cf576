using Gateway.Agent.Transport;
using Gateway.Agent.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Work;

/// <summary>
/// Has commands worked on, as many at once as there are hands: those that come over the socket, and while there is none those that it claims by
/// long poll. When it stops, what has not begun is given back.
/// </summary>
internal sealed class ClaimLoop(
    IGatewayTransport transport, Worker worker, Outbox outbox, Func<Backoff> newBackoff, ClaimOptions options,
    TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>With so many results undelivered no more work is taken: the disk of a small device is small.</summary>
    private const int MostUndelivered = 100;

    /// <summary>Between two answers without a command, where the gateway does not hold the request.</summary>
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromSeconds(2);

    /// <summary>How long an agent that stops asks what it was given in an answer that it has not waited for.</summary>
    private static readonly TimeSpan UnseenLimit = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim hands = new(options.Concurrency);
    private readonly Lock gate = new();
    private readonly List<Task> working = [];
    private CancellationToken stopping;
    private CancellationToken killing;

    /// <summary>A command that came over the socket; it waits for a hand, in the order of these calls. Never waits itself.</summary>
    public void Push(ClaimedCommand command)
    {
        // In line now, and not when some thread comes to it.
        var place = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task hand = hands.WaitAsync(place.Token);
        Begin(() => WorkPushedAsync(command, hand, place));
    }

    /// <summary>
    /// Claims until <paramref name="stop"/>, then gives back what has not begun and waits for what is running; that ends at once when
    /// <paramref name="kill"/> fires.
    /// </summary>
    /// <param name="link">The socket, beside which nothing is claimed while it lasts; null: there is never one.</param>
    public async Task RunAsync(SocketLink? link, CancellationToken stop, CancellationToken kill)
    {
        lock (gate) (stopping, killing) = (stop, kill);
        try
        {
            await ClaimAsync(link, stop, kill);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // No more work; what was taken is finished.
        }

        if (link is not null) await link.DrainAsync(kill);
        Task all;
        lock (gate) all = Task.WhenAll(working);
        await all;
    }

    public void Dispose() => hands.Dispose();

    private async Task ClaimAsync(SocketLink? link, CancellationToken stop, CancellationToken kill)
    {
        Backoff backoff = newBackoff();
        string requestId = NewRequestId();
        while (true)
        {
            if (link is not null) await link.Unavailable.WaitAsync(stop);
            await hands.WaitAsync(stop);
            int free = 1;
            while (free < options.Concurrency && hands.Wait(0, stop)) free++;
            int taken = 0;
            TimeSpan pause;
            try
            {
                long asked = time.GetTimestamp();
                Reply<IReadOnlyList<ClaimedCommand>> reply = outbox.Count < MostUndelivered
                    ? await AskAsync(link, new ClaimAttempt(requestId, free), stop, kill)
                    : new Reply<IReadOnlyList<ClaimedCommand>>(Verdict.Unavailable, null);
                if (reply.Value is { } commands)
                {
                    requestId = NewRequestId();
                    foreach (ClaimedCommand command in commands.Take(free))
                    {
                        taken++;
                        Begin(() => WorkAsync(command, kill));
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

    private async Task<Reply<IReadOnlyList<ClaimedCommand>>> AskAsync(
        SocketLink? link, ClaimAttempt attempt, CancellationToken stop, CancellationToken kill)
    {
        using var poll = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<Reply<IReadOnlyList<ClaimedCommand>>> asking = transport.ClaimAsync(attempt, options.Visibility, options.Wait, poll.Token);
        if (link is not null && await Task.WhenAny(asking, link.Opened) != asking) await poll.CancelAsync();
        await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (asking.IsCompletedSuccessfully) return asking.Result;

        // Not waited for, since a socket is open and the hands are for what comes over it, or since the agent stops. What the poll was given by then
        // is had by its id.
        if (!stop.IsCancellationRequested) return await transport.ClaimAsync(attempt, options.Visibility, TimeSpan.Zero, kill);
        await GiveBackUnseenAsync(attempt, kill);
        throw new OperationCanceledException(stop);
    }

    private async Task GiveBackUnseenAsync(ClaimAttempt attempt, CancellationToken kill)
    {
        using var limit = new CancellationTokenSource(UnseenLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, kill);
        try
        {
            // Where it was given nothing, this claims one: it is given back as well.
            Reply<IReadOnlyList<ClaimedCommand>> reply =
                await transport.ClaimAsync(attempt with { Limit = 1 }, options.Visibility, TimeSpan.Zero, either.Token);
            foreach (ClaimedCommand command in reply.Value ?? []) worker.GiveBack(command);
        }
        catch (OperationCanceledException)
        {
            // Left to its claim's end.
        }
    }

    private void Begin(Func<Task> work)
    {
        lock (gate)
        {
            working.RemoveAll(task => task.IsCompleted);
            working.Add(work());
        }
    }

    private static string NewRequestId() => Guid.NewGuid().ToString("N");

    private async Task WorkAsync(ClaimedCommand command, CancellationToken kill)
    {
        // The claim loop goes on at once, whatever the command does first.
        await Task.Yield();
        try
        {
            if (stopping.IsCancellationRequested) worker.GiveBack(command);
            else await worker.WorkAsync(command, turn: null, kill);
        }
        finally
        {
            hands.Release();
        }
    }

    /// <param name="hand">Ends when there is a hand for it.</param>
    /// <param name="place">Its place in the line for one, until the agent stops.</param>
    private async Task WorkPushedAsync(ClaimedCommand command, Task hand, CancellationTokenSource place)
    {
        await Task.Yield();
        try
        {
            if (stopping.IsCancellationRequested) worker.GiveBack(command);
            else await worker.WorkAsync(command, hand.IsCompletedSuccessfully ? null : TakeHandAsync, killing);
        }
        finally
        {
            await place.CancelAsync();
            await hand.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (hand.IsCompletedSuccessfully) hands.Release();
            place.Dispose();
        }

        async Task TakeHandAsync(CancellationToken dropped)
        {
            await using CancellationTokenRegistration leaving = dropped.Register(place.Cancel);
            await hand;
        }
    }
}

/// <param name="Concurrency">How many commands run at once, 1 to 10.</param>
/// <param name="Visibility">How long a claim lasts without word from the agent.</param>
/// <param name="Wait">How long the gateway may hold a claim until there is a command, at most 20 s.</param>
internal sealed record ClaimOptions(int Concurrency, TimeSpan Visibility, TimeSpan Wait);
