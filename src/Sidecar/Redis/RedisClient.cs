namespace Gateway.Sidecar.Redis;

/// <summary>
/// Redis as a component uses it: one connection for all its commands, made when it is needed and made again when it has ended.
/// </summary>
/// <remarks>
/// <para>Thread-safe. A command is sent again by itself only when it is known not to have run, or may run twice. It waits for a connection
/// no longer than <see cref="RedisSettings.ConnectionWait"/>; those that wait share the attempts to connect.</para>
/// <para>Commands that block in Redis need a connection of their own: <see cref="OpenAsync"/>.</para>
/// </remarks>
internal sealed class RedisClient(RedisSettings settings, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly RedisConnector connector = new(settings, time);
    private readonly CancellationTokenSource closing = new();
    private readonly Lock gate = new();
    private Task<RedisConnection>? current;
    private int failures;
    private bool disposed;

    /// <summary>Host and port, for messages.</summary>
    public string Address => settings.Address;

    /// <summary>Connects, so that a wrong setting is told at the start.</summary>
    /// <exception cref="RedisException">Redis cannot be reached, or does not let in.</exception>
    public Task ConnectAsync(CancellationToken cancellationToken) => Connection().WaitAsync(cancellationToken);

    /// <summary>The pause before try number <paramref name="attempt"/> (from 0) at something that failed.</summary>
    public Task PauseAsync(int attempt, CancellationToken cancellationToken) => Task.Delay(settings.RetryPause(attempt), time, cancellationToken);

    /// <summary>A connection that belongs to the caller, on which a command may wait as long as it likes.</summary>
    /// <exception cref="RedisException">It cannot be made.</exception>
    public Task<RedisConnection> OpenAsync(CancellationToken cancellationToken) =>
        connector.OpenAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Runs a command.</summary>
    /// <returns>The reply, which is no error; inside an array there may be some.</returns>
    /// <exception cref="RedisException">There is none: see <see cref="RedisFault"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                RedisConnection connection = await ConnectionAsync(begun, cancellationToken);
                RespValue reply = await connection.ExecuteAsync(command, cancellationToken);
                if (reply.Kind != RespKind.Error) return reply;
                throw new RedisException(RedisFault.Refused, reply.Text);
            }
            catch (RedisException error) when (attempt < settings.MaxRetries && IsWorthAnother(error, command, begun))
            {
                // A connection that could not be made has its own pause.
                if (error.Fault != RedisFault.Unreachable) await PauseAsync(attempt, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<RedisConnection>? last;
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
            last = current;
        }

        await closing.CancelAsync();
        try
        {
            if (last is not null) await (await last).DisposeAsync();
        }
        catch (Exception error) when (error is RedisException or OperationCanceledException)
        {
            // There was none.
        }

        closing.Dispose();
    }

    private bool IsWorthAnother(RedisException error, RedisCommand command, long begun) => error.Fault switch
    {
        RedisFault.Unreachable => !IsOver(begun),
        RedisFault.Refused => error.WillPass && !IsOver(begun),
        RedisFault.Lost => command.MayRepeat && !IsOver(begun),
        _ => false,
    };

    private bool IsOver(long begun) => settings.ConnectionWait != Timeout.InfiniteTimeSpan && time.GetElapsedTime(begun) >= settings.ConnectionWait;

    private async ValueTask<RedisConnection> ConnectionAsync(long begun, CancellationToken cancellationToken)
    {
        Task<RedisConnection> connection = Connection();
        if (connection.IsCompletedSuccessfully) return await connection;
        TimeSpan left = settings.ConnectionWait == Timeout.InfiniteTimeSpan
            ? settings.ConnectionWait
            : settings.ConnectionWait - time.GetElapsedTime(begun);
        try
        {
            return await connection.WaitAsync(left > TimeSpan.Zero || left == Timeout.InfiniteTimeSpan ? left : TimeSpan.Zero, time, cancellationToken);
        }
        catch (TimeoutException error)
        {
            throw new RedisException(
                RedisFault.Unreachable, $"Redis at {Address} cannot be reached: no connection within {settings.ConnectionWait.TotalMilliseconds:0} ms", error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RedisException(RedisFault.Unreachable, $"the client of Redis at {Address} is closed");
        }
    }

    /// <summary>The connection there is, or the attempt under way, or a new one.</summary>
    private Task<RedisConnection> Connection()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (current is { IsCompleted: false }) return current;
            if (current is not { IsCompletedSuccessfully: true }) return current = Task.Run(ConnectAgainAsync);
            RedisConnection connection = current.Result;
            if (connection.End is not { } end) return current;
            RedisLog.Ended(logger, end.Message);
            return current = Task.Run(async () =>
            {
                await connection.DisposeAsync();
                return await ConnectAgainAsync();
            });
        }
    }

    private async Task<RedisConnection> ConnectAgainAsync()
    {
        // The first attempt is made at once, also when the server has just gone: most often it is back by then.
        if (failures > 0) await PauseAsync(failures - 1, closing.Token);
        try
        {
            RedisConnection connection = await connector.OpenAsync(settings.ReadTimeout, closing.Token);
            if (failures > 0) RedisLog.Reached(logger, Address);
            failures = 0;
            return connection;
        }
        catch (RedisException error)
        {
            // Once for each time that it is gone.
            if (failures++ == 0) RedisLog.Unreachable(logger, error.Message);
            throw;
        }
    }
}
