using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Sidecar.Tests.Invoke;

/// <summary>
/// An app that answers every call but those to <c>/x</c>: it reads those and closes the connection, in order (a web server that gives
/// up a call resets the connection instead).
/// </summary>
public sealed class ClosingApp : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;
    private int closed;

    public ClosingApp()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How many calls to <c>/x</c> there were.</summary>
    public int Closed => Volatile.Read(ref closed);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true) connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient own = client;
        NetworkStream stream = own.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        try
        {
            while (await reader.ReadLineAsync(stop.Token) is { } line)
            {
                int length = 0;
                while (await reader.ReadLineAsync(stop.Token) is { Length: > 0 } header)
                    if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) length = int.Parse(header[15..]);
                if (length > 0) await reader.ReadBlockAsync(new char[length], stop.Token);
                if (line.Contains(" /x ", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref closed);
                    return;
                }

                string status = line.Contains(" /dapr/", StringComparison.Ordinal) ? "404 Not Found" : "200 OK";
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"), stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The test is over, or the sidecar closed the connection.
        }
    }
}
