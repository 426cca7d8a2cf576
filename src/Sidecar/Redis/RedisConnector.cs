using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Gateway.Sidecar.Components;

namespace Gateway.Sidecar.Redis;

/// <summary>Opens connections: TCP, TLS where it is asked for, signing in, choosing the database.</summary>
internal sealed class RedisConnector(RedisSettings settings, TimeProvider time)
{
    // A peer that is gone without a word is noticed within half a minute, also while a command waits by design. A Redis that is only
    // halted counts as there: its machine answers the probes.
    private const int KeepAliveSeconds = 15;
    private const int KeepAliveIntervalSeconds = 5;
    private const int KeepAliveProbes = 3;

    /// <summary>A connection that is ready for commands.</summary>
    /// <remarks><c>replyLimit</c>: see <see cref="RedisConnection"/>.</remarks>
    /// <exception cref="RedisException">It cannot be made: <see cref="RedisFault.Unreachable"/>, whatever the reason.</exception>
    public async Task<RedisConnection> OpenAsync(TimeSpan replyLimit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(settings.DialTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            Stream stream = await ConnectAsync(either.Token);
            var connection = new RedisConnection(stream, settings.Address, replyLimit, time);
            try
            {
                await GreetAsync(connection, either.Token);
                return connection;
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Unreachable($"no answer within {settings.DialTimeout.TotalMilliseconds:0} ms");
        }
        catch (AuthenticationException error)
        {
            throw Unreachable($"TLS failed: {YamlReading.OneLine((error.InnerException ?? error).Message)}", error);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            throw Unreachable(YamlReading.OneLine(error.Message), error);
        }
        catch (RedisException error)
        {
            // What the connection itself says names Redis already.
            throw error.Fault == RedisFault.Refused ? Unreachable(error.Message, error) : new RedisException(RedisFault.Unreachable, error.Message, error);
        }
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            await socket.ConnectAsync(settings.Host, settings.Port, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        return settings.Tls ? await SecureAsync(stream, cancellationToken) : stream;
    }

    private async Task<Stream> SecureAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream);
        try
        {
            var options = new SslClientAuthenticationOptions { TargetHost = settings.Host };
            if (settings.Certificate is { } certificate) options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null);
#pragma warning disable CA5359 // What insecureSkipTLSVerify asks for, and says in its name.
            if (settings.SkipVerification) options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            await secure.AuthenticateAsClientAsync(options, cancellationToken);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private async Task GreetAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        // PING, since a Redis that is still loading, or asks for a password, says so only to a command.
        List<RedisCommand> greeting = [];
        if (settings.Password is { } password)
            greeting.Add(settings.User is { } user ? new RedisCommand("AUTH", user, password) : new RedisCommand("AUTH", password));
        if (settings.Database > 0) greeting.Add(new RedisCommand("SELECT", settings.Database));
        greeting.Add(new RedisCommand("PING"));
        foreach (RedisCommand command in greeting)
        {
            RespValue reply = await connection.ExecuteAsync(command, cancellationToken);
            if (reply.Kind == RespKind.Error) throw new RedisException(RedisFault.Refused, reply.Text);
        }
    }

    private RedisException Unreachable(string reason, Exception? error = null) =>
        new(RedisFault.Unreachable, $"Redis at {settings.Address} cannot be reached: {reason}", error);
}
