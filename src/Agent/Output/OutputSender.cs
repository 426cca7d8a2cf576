using System.Threading.Channels;
using Gateway.Agent.Transport;

namespace Gateway.Agent.Output;

/// <summary>
/// Sends what running commands print, as it comes, in turn and together no faster than the gateway wishes. What it does not take now is sent
/// again; what cannot be sent by the end of its command is in the command's result all the same.
/// </summary>
internal sealed class OutputSender(IGatewayTransport transport, Backoff backoff, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly List<OutputFeed> feeds = [];
    private readonly Channel<bool> signals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private int turn;

    /// <summary>A command begins.</summary>
    public OutputFeed Begin(string commandId, string claimToken)
    {
        var feed = new OutputFeed(commandId, claimToken, () => signals.Writer.TryWrite(true));
        lock (gate) feeds.Add(feed);
        return feed;
    }

    /// <summary>A command has ended: waits for its last output, for a moment.</summary>
    /// <param name="isLate">Its word is due: nothing is waited for.</param>
    public async Task EndAsync(OutputFeed feed, bool isLate)
    {
        feed.End();
        try
        {
            if (!isLate && transport.Pace.Drain is { Ticks: > 0 } drain) await feed.Drained.WaitAsync(drain, time);
        }
        catch (TimeoutException)
        {
            // The result has it all.
        }

        feed.Close();
        lock (gate) feeds.Remove(feed);
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            OutputPace pace = transport.Pace;
            if (NextFeed(pace.ChunkBytes) is not ({ } feed, { } piece))
            {
                await signals.Reader.ReadAsync(cancel);
                continue;
            }

            var output = new OutputRequest(feed.ClaimToken, piece.Chunk, piece.Offset, piece.Text);
            Reply<OutputTaken> reply = await transport.OutputAsync(feed.CommandId, output, cancel);
            TimeSpan pause = pace.Interval;
            switch (reply.Verdict)
            {
                case Verdict.Ok:
                    backoff.Reset();
                    feed.Taken();
                    if (reply.Value!.Truncated is true) feed.Close();
                    break;
                case Verdict.Throttled or Verdict.Unavailable or Verdict.Unauthorized:
                    TimeSpan wait = backoff.Next(reply.RetryAfter);
                    if (wait > pause) pause = wait;
                    break;
                default:
                    feed.Close();
                    break;
            }

            await Task.Delay(pause, time, cancel);
        }
    }

    private (OutputFeed? Feed, OutputPiece? Piece) NextFeed(int mostBytes)
    {
        lock (gate)
        {
            for (int i = 1; i <= feeds.Count; i++)
            {
                int at = (turn + i) % feeds.Count;
                if (feeds[at].Next(mostBytes) is not { } piece) continue;
                turn = at;
                return (feeds[at], piece);
            }
        }

        return (null, null);
    }
}
