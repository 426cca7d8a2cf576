using Gateway.Api.Channels.Sockets;
using Gateway.Core.Queue;
using Gateway.Queue;

namespace Gateway.Api.Channels.Devices;

/// <summary>
/// One device's line as the queue's channel. What it sends follows from heads alone (docs/decisions/0008): every claim that a head says this
/// connection holds is sent once over it, and a head that names another connection ends it. Heads come on committers' threads, which never wait
/// here; one dispatch at a time reads and sends.
/// </summary>
internal sealed class DeviceChannel(
    string deviceId,
    string? secretHash,
    IDeviceLine line,
    ICommandQueue queue,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();

    /// <summary>The claims that were sent and still last: commands by token.</summary>
    private readonly Dictionary<string, string> sent = new(StringComparer.Ordinal);

    /// <summary>When the channel was attached, by the head, Unix milliseconds.</summary>
    private long attachedAt;

    private long revision;
    private bool isAttached;
    private bool isDispatching;
    private bool hasMore;
    private TaskCompletionSource? settled;

    /// <summary>The device.</summary>
    public string DeviceId => deviceId;

    /// <summary>The hash of the secret that opened it; null: no secret of the device's own.</summary>
    public string? SecretHash => secretHash;

    /// <summary>What carries its commands.</summary>
    public IDeviceLine Line => line;

    /// <summary>What the device last said of itself: <c>online</c>, <c>busy</c> or <c>error</c>.</summary>
    public string Status { get; set; } = "online";

    /// <summary>A head of the device was seen; never waits.</summary>
    public void See(QueueHead head)
    {
        List<string> lost = [];
        lock (gate)
        {
            if (isAttached && head.Revision < revision) return;
            if (head.Channel is { } channel && channel.Connection == line.Connection)
            {
                (isAttached, revision, attachedAt) = (true, head.Revision, channel.At);
                lost = TakeLost(head);
                hasMore |= head.Claimed.Any(entry => entry.Claim!.Connection == line.Connection && !sent.ContainsKey(entry.Claim.Token));
                if (hasMore && !isDispatching)
                {
                    isDispatching = true;
                    _ = Task.Run(DispatchAsync);
                }
            }
            else if (!isAttached)
            {
                // A head from before the attachment says nothing.
                return;
            }
        }

        if (lost.Count > 0) line.Lost(lost);
        if (head.Channel?.Connection != line.Connection) line.End(WhyEnded(head));
    }

    /// <summary>Ends when all has been sent that the heads say which were seen so far; never, when the socket ends before.</summary>
    public Task SettledAsync()
    {
        lock (gate)
        {
            if (!isDispatching) return Task.CompletedTask;
            return (settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private async Task DispatchAsync()
    {
        try
        {
            while (TakeMore())
            {
                try
                {
                    await SendClaimsAsync();
                }
                catch (QueueUnavailableException e)
                {
                    DeviceChannelLog.CannotRead(logger, deviceId, e);
                    lock (gate) hasMore = true;
                    await Task.Delay(RetryAfter, time, line.Ending);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The socket ends: the device gets them over its next one.
        }
        catch (Exception e)
        {
            DeviceChannelLog.DispatchFailed(logger, deviceId, e);
            line.End(SocketClose.Failed);
        }
    }

    /// <summary>Whether there is more to send; if not, the next head starts a new dispatch.</summary>
    private bool TakeMore()
    {
        lock (gate)
        {
            isDispatching = hasMore;
            hasMore = false;
            if (isDispatching) return true;
            settled?.TrySetResult();
            settled = null;
            return false;
        }
    }

    private async Task SendClaimsAsync()
    {
        var claims = await queue.ReadClaimsAsync(deviceId, line.Connection, line.Ending);
        foreach (var claim in claims)
        {
            lock (gate)
                if (sent.ContainsKey(claim.Token)) continue;

            // One by one at the device's own speed: ten large ones are no slow reader.
            if (!await line.SendAsync(claim)) return;
            lock (gate) sent.Add(claim.Token, claim.Id);
        }
    }

    /// <summary>Forgets the claims that a head does not have any more; their commands.</summary>
    private List<string> TakeLost(QueueHead head)
    {
        List<string> lost = [];
        foreach (var (token, commandId) in sent)
            if (!head.Claimed.Any(entry => entry.Claim!.Token == token)) lost.Add(commandId);
        if (lost.Count > 0)
            foreach (var token in sent.Where(claim => lost.Contains(claim.Value)).Select(claim => claim.Key).ToList()) sent.Remove(token);
        return lost;
    }

    private SocketClose WhyEnded(QueueHead head)
    {
        if (head.Channel is not null) return SocketClose.Replaced;
        return head.ResetAt >= attachedAt ? SocketClose.Reset : SocketClose.Detached;
    }
}
