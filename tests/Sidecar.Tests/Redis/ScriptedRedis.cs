using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Sidecar.Tests.Redis;

/// <summary>A peer at wire level that a test makes behave like no Redis would: what happens on each connection is its script's.</summary>
internal sealed class ScriptedRedis : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<ScriptedConnection, Task> script;
    private readonly Task accepting;
    private int connections;

    /// <param name="script">Runs on each connection, which ends with it.</param>
    public ScriptedRedis(Func<ScriptedConnection, Task> script)
    {
        this.script = script;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How many connections there have been.</summary>
    public int Connections => Volatile.Read(ref connections);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> running = [];
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync(stopping.Token);
                running.Add(RunAsync(socket, Interlocked.Increment(ref connections)));
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // A listener that has just stopped says so in more than one way.
            await Task.WhenAll(running);
        }
    }

    private async Task RunAsync(Socket socket, int number)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await script(new ScriptedConnection(stream, number, stopping.Token));
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone, or the test is over.
        }
    }
}

/// <summary>One connection to a <see cref="ScriptedRedis"/>, counted from 1.</summary>
internal sealed class ScriptedConnection(Stream stream, int number, CancellationToken stopping)
{
    public int Number { get; } = number;

    /// <summary>Ends when the test does.</summary>
    public CancellationToken Stopping { get; } = stopping;

    /// <summary>The next command, its parts joined by blanks.</summary>
    public async Task<string> ReadAsync()
    {
        int count = int.Parse((await LineAsync())[1..]);
        var parts = new string[count];
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = new byte[int.Parse((await LineAsync())[1..])];
            await stream.ReadExactlyAsync(bytes, Stopping);
            await LineAsync();
            parts[i] = Encoding.UTF8.GetString(bytes);
        }

        return string.Join(' ', parts);
    }

    /// <summary>Sends bytes as they are.</summary>
    public Task SendAsync(string raw) => stream.WriteAsync(Encoding.UTF8.GetBytes(raw), Stopping).AsTask();

    /// <summary>Answers the greeting of a client that has no password and wants no other database.</summary>
    public async Task GreetAsync()
    {
        Assert.Equal("PING", await ReadAsync());
        await SendAsync("+PONG\r\n");
    }

    /// <summary>Holds the connection open, and says nothing more.</summary>
    public Task StallAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Stopping);

    private async Task<string> LineAsync()
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (line.Length < 2 || line[^1] != '\n')
        {
            await stream.ReadExactlyAsync(one, Stopping);
            line.Append((char)one[0]);
        }

        return line.ToString(0, line.Length - 2);
    }
}
