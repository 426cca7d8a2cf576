using Gateway.Api.Channels.Sockets;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;

namespace Gateway.Api.Channels.Devices;

/// <summary>
/// One device's socket as the queue's channel. What it sends follows from heads alone (docs/decisions/0008): every claim that a head says this
/// connection holds is sent once over it, and a head that names another connection ends it. Heads come on committers' threads, which never wait
/// here; one dispatch at a time reads and sends.
/// </summary>
internal sealed class DeviceChannel(
    string deviceId,
    string secretHash,
    SocketConnection connection,
    Func<ClaimedCommand, ReadOnlyMemory<byte>> write,
    ICommandQueue queue,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();

    /// <summary>The tokens of the claims that were sent and still last.</summary>
    private readonly HashSet<string> sent = new(StringComparer.Ordinal);

    private long revision;
    private bool isAttached;
    private bool isDispatching;
    private bool hasMore;
    private TaskCompletionSource? settled;

    /// <summary>The device.</summary>
    public string DeviceId => deviceId;

    /// <summary>The hash of the secret that opened it.</summary>
    public string SecretHash => secretHash;

    /// <summary>The socket.</summary>
    public SocketConnection Connection => connection;

    /// <summary>What the device last said of itself: <c>online</c>, <c>busy</c> or <c>error</c>.</summary>
    public string Status { get; set; } = "online";

    /// <summary>A head of the device was seen; never waits.</summary>
    public void See(QueueHead head)
    {
        lock (gate)
        {
            if (isAttached && head.Revision < revision) return;
            if (head.Channel?.Connection == connection.Id)
            {
                (isAttached, revision) = (true, head.Revision);
                if (!head.Claimed.Any(entry => entry.Claim!.Connection == connection.Id && !sent.Contains(entry.Claim.Token))) return;
                hasMore = true;
                if (isDispatching) return;
                isDispatching = true;
                _ = Task.Run(DispatchAsync);
                return;
            }

            // A head from before the attachment says nothing.
            if (!isAttached) return;
        }

        connection.Close(head.Channel is null ? SocketClose.Detached : SocketClose.Replaced);
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
                    await Task.Delay(RetryAfter, time, connection.Ending);
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
            connection.Close(SocketClose.Failed);
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
        var claims = await queue.ReadClaimsAsync(deviceId, connection.Id, connection.Ending);
        lock (gate) sent.IntersectWith(claims.Select(claim => claim.Token));
        foreach (var claim in claims)
        {
            lock (gate)
                if (sent.Contains(claim.Token)) continue;

            // One by one at the device's own speed: ten large ones are no slow reader.
            if (!await connection.SendAsync(write(claim))) return;
            lock (gate) sent.Add(claim.Token);
        }
    }
}
