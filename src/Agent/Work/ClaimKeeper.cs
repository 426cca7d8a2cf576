using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Work;

/// <summary>Keeps a claim while its command waits and runs, and tells when it is lost.</summary>
internal interface IClaimKeeper
{
    /// <summary>Ends when the claim is no longer ours, which fires <paramref name="dropped"/>, or when cancelled.</summary>
    Task KeepAsync(ClaimedCommand command, CancellationTokenSource dropped, CancellationToken cancel);
}

/// <summary>Keeps a claim by extending it at half of what is left of it.</summary>
internal sealed class ClaimKeeper(
    IGatewayTransport transport, TimeSpan visibility, Func<Backoff> newBackoff, TimeProvider time, ILogger log) : IClaimKeeper
{
    /// <summary>However short a claim is, no more often than this: one near its command's time limit cannot be made longer.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Without an answer it goes on trying, also past the claim's end: the gateway decides, and the work may still be wanted. When a socket is
    /// lost it does so at once.
    /// </summary>
    public async Task KeepAsync(ClaimedCommand command, CancellationTokenSource dropped, CancellationToken cancel)
    {
        Backoff backoff = newBackoff();
        TimeSpan pause = command.Lease.Remaining / 2;
        while (true)
        {
            await WaitAsync(pause > Shortest ? pause : Shortest, backoff, cancel);
            Reply<ClaimLease> reply = await transport.ExtendAsync(command.Id, command.ClaimToken, visibility, cancel);
            switch (reply.Verdict)
            {
                case Verdict.Ok:
                    WorkLog.Extended(log, command.Id, reply.Value!.Remaining.TotalSeconds);
                    backoff.Reset();
                    pause = reply.Value.Remaining / 2;
                    break;

                case Verdict.Throttled or Verdict.Unavailable or Verdict.Unauthorized:
                    pause = backoff.Next(reply.RetryAfter);
                    break;

                default:
                    WorkLog.ClaimLost(log, command.Id, reply.Detail);
                    await dropped.CancelAsync();
                    return;
            }
        }
    }

    private async Task WaitAsync(TimeSpan pause, Backoff backoff, CancellationToken cancel)
    {
        Task lost = transport.SocketLost;
        try
        {
            await lost.WaitAsync(pause, time, cancel);
        }
        catch (TimeoutException)
        {
            return;
        }

        // Not all claims of all devices at the same moment.
        await Task.Delay(backoff.Next(), time, cancel);
    }
}
