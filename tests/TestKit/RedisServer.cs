using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Gateway.TestKit;

/// <summary>
/// A real Redis from the machine's own binary, in a temp folder on a free port of 127.0.0.1, without a password. It writes what it
/// answered to a log that it does not sync, so that outlives a kill but not a power cut. Disposing ends it and deletes its folder.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string program;
    private readonly string[] options;
    private readonly string folder = Directory.CreateTempSubdirectory("gateway-redis-").FullName;
    private ServerProcess? server;

    private RedisServer(string program, string[] options)
    {
        this.program = program;
        this.options = options;
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>Host and port, as Dapr's <c>redisHost</c> has it.</summary>
    public string Host => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Starts a server; where Redis is not installed, <see cref="Requirement.Missing"/>.</summary>
    public static Task<RedisServer> StartAsync(CancellationToken cancellationToken = default) => StartAsync([], cancellationToken);

    /// <summary>Starts a server with options beside its own, such as <c>--databases 64</c>.</summary>
    public static async Task<RedisServer> StartAsync(IEnumerable<string> options, CancellationToken cancellationToken = default)
    {
        string? program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(path => Path.Combine(path, "redis-server"))
            .FirstOrDefault(File.Exists);
        if (program is null) Requirement.Missing("Redis (redis-server)");
        var redis = new RedisServer(program!, [.. options]);
        try
        {
            await redis.StartAgainAsync(cancellationToken);
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the server at once, as a crash would (SIGKILL); its data stay.</summary>
    public async Task KillAsync()
    {
        if (server is not null) await server.DisposeAsync();
        server = null;
    }

    /// <summary>Halts it without ending it (SIGSTOP), until <see cref="ResumeAsync"/>.</summary>
    public Task PauseAsync() => server!.PauseAsync();

    public Task ResumeAsync() => server!.ResumeAsync();

    /// <summary>Starts it on the same port and data, after <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        server = await ServerProcess.StartAsync(program,
        [
            "--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--dir", folder,
            "--save", "", "--appendonly", "yes", "--appendfsync", "no",
            .. options,
        ]);
        await server.WaitUntilAsync(AnswersAsync, StartLimit, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, cancellationToken);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
            byte[] answer = new byte[5];
            await stream.ReadExactlyAsync(answer, cancellationToken);
            // Where a password is asked for, that is an answer too.
            return Encoding.ASCII.GetString(answer) is "+PONG" or "-NOAU";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
