using System.Net.WebSockets;
using System.Threading.Channels;
using Gateway.Agent.Transport.Sockets;

namespace Gateway.Agent.Nodes.Link;

/// <summary>
/// What goes out over one socket: entries in the order in which they were posted. A server takes ten messages a second, and a batch is one: whatever
/// has gathered by the next turn goes together. Anybody posts, one loop sends.
/// </summary>
internal sealed class Mailbox(WebSocket socket, SendPace turns)
{
    /// <summary>The largest message that is sent, in bytes: a server takes 1 MiB.</summary>
    public const int LargestMessage = 1024 * 1024 - 1024;

    /// <summary>Most entries of a batch: a server takes 50.</summary>
    public const int MostEntries = 50;

    private readonly Channel<byte[]> entries = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Posts an entry of at most <see cref="LargestMessage"/>; false: no more goes out.</summary>
    public bool Post(byte[] entry) => entries.Writer.TryWrite(entry);

    /// <summary>No more is posted; what was is still sent, and then the socket is closed.</summary>
    public void Complete() => entries.Writer.TryComplete();

    /// <summary>Sends until it is complete and all has gone, or the socket is lost, which shows at its reading end.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var message = new MemoryStream();
        try
        {
            while (await entries.Reader.WaitToReadAsync(cancel))
            {
                await turns.WaitAsync(cancel);
                Gather(message);
                // Cancelling a send would cost the connection; one that hangs ends with it, when no pong comes.
                await socket.SendAsync(
                    message.GetBuffer().AsMemory(0, (int)message.Length), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            Complete();
        }
    }

    private void Gather(MemoryStream message)
    {
        message.SetLength(0);
        // The first byte is the batch's; it is left out when there is one entry only.
        message.WriteByte((byte)'[');
        int count = 0;
        while (count < MostEntries && entries.Reader.TryPeek(out byte[]? entry) && (count == 0 || message.Length + entry.Length + 2 <= LargestMessage))
        {
            if (count > 0) message.WriteByte((byte)',');
            message.Write(entry);
            entries.Reader.TryRead(out _);
            count++;
        }

        if (count > 1)
        {
            message.WriteByte((byte)']');
            return;
        }

        int length = (int)message.Length - 1;
        Buffer.BlockCopy(message.GetBuffer(), 1, message.GetBuffer(), 0, length);
        message.SetLength(length);
    }
}
