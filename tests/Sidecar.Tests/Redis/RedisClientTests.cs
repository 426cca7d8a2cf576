using Gateway.Sidecar.Redis;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Tests.Redis;

/// <summary>The client against peers that do not behave, in time that the test moves.</summary>
public sealed class RedisClientTests
{
    // More than any buffer on the way takes, so that what comes after it cannot have been sent.
    private const int Unsendable = 64 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly ManualTimeProvider time = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Execute_ManyCallersAtOnce_ShareOneConnectionAndGetTheirOwnReplies()
    {
        await using var redis = new ScriptedRedis(EchoAsync);
        await using RedisClient client = Connect(redis);
        RespValue[] replies = await Task.WhenAll(Enumerable.Range(0, 3000).Select(i => Run(client, "ECHO", $"{i}")));
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => $"ECHO {i}"), replies.Select(reply => reply.Text));
        Assert.Equal(1, redis.Connections);
    }

    [Fact]
    public async Task Execute_MoreThanMayBePending_WaitForRoom()
    {
        int read = 0;
        var full = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            while (await connection.ReadAsync() is { } command)
            {
                if (++read == 1024) full.SetResult();
                if (read <= 1024) continue;
                await connection.SendAsync($"+{command}\r\n");
            }
        });
        await using RedisClient client = Connect(redis);
        Task<RespValue>[] held = [.. Enumerable.Range(0, 1024).Select(_ => Run(client, "HELD"))];
        await full.Task.WaitAsync(Limit, Cancelled);
        using var impatient = new CancellationTokenSource();
        Task<RespValue> next = client.ExecuteAsync(new RedisCommand("NEXT"), impatient.Token).AsTask();
        Assert.False(next.IsCompleted);
        // It is not even sent: giving up leaves nothing behind.
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        Assert.Equal(1024, read);
        await client.DisposeAsync();
        foreach (Task<RespValue> command in held) Assert.Equal(RedisFault.Lost, (await FailsAsync(command)).Fault);
    }

    [Fact]
    public async Task Execute_CallerGivesUp_GetsItsOwnCancellationAndNobodyElsesReplyMoves()
    {
        var first = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            string command = await connection.ReadAsync();
            first.SetResult();
            await go.Task;
            await connection.SendAsync($"+{command}\r\n");
            await EchoOnAsync(connection);
        });
        await using RedisClient client = Connect(redis);
        using var caller = new CancellationTokenSource();
        Task<RespValue> abandoned = client.ExecuteAsync(new RedisCommand("FIRST"), caller.Token).AsTask();
        await first.Task.WaitAsync(Limit, Cancelled);
        await caller.CancelAsync();
        Assert.Equal(caller.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned)).CancellationToken);
        Task<RespValue> second = Run(client, "SECOND");
        go.SetResult();
        Assert.Equal("SECOND", (await second).Text);
        Assert.Equal(1, redis.Connections);
    }

    [Fact]
    public async Task Execute_CallerGivesUpBeforeItIsSent_NeverRuns()
    {
        var go = new TaskCompletionSource();
        List<string> commands = [];
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            await go.Task;
            await connection.ReadAsync();
            await connection.SendAsync("+OK\r\n");
            while (true)
            {
                commands.Add(await connection.ReadAsync());
                await connection.SendAsync($"+{commands[^1]}\r\n");
            }
        });
        await using RedisClient client = Connect(redis);
        await client.ConnectAsync(Cancelled);
        Task<RespValue> blocking = client.ExecuteAsync(new RedisCommand("SET", new byte[Unsendable]), Cancelled).AsTask();
        using var caller = new CancellationTokenSource();
        Task<RespValue> abandoned = client.ExecuteAsync(new RedisCommand("INCR"), caller.Token).AsTask();
        Task<RespValue> next = Run(client, "NEXT");
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        go.SetResult();
        Assert.Equal(["OK", "NEXT"], (await Task.WhenAll(blocking, next)).Select(reply => reply.Text));
        Assert.Equal(["NEXT"], commands);
    }

    [Fact]
    public async Task Execute_PeerClosesBeforeItsReply_IsLostAndNotSentAgain()
    {
        List<string> commands = [];
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            commands.Add(await connection.ReadAsync());
            if (connection.Number > 1) await connection.SendAsync("+again\r\n");
        });
        await using RedisClient client = Connect(redis);
        RedisException error = await FailsAsync(Run(client, "INCR", "x"));
        Assert.Equal((RedisFault.Lost, $"Redis at 127.0.0.1:{redis.Port} closed the connection"), (error.Fault, error.Message));
        Assert.Equal(["INCR x"], commands);
        Assert.Equal("again", (await Run(client, "PING2")).Text);
    }

    [Fact]
    public async Task Execute_PeerClosesBeforeTheReplyOfWhatMayRepeat_IsSentAgain()
    {
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            string command = await connection.ReadAsync();
            if (connection.Number > 1) await connection.SendAsync($"+{command}\r\n");
        });
        await using RedisClient client = Connect(redis);
        Task<RespValue> reply = client.ExecuteAsync(new RedisCommand("GET", "x") { MayRepeat = true }, Cancelled).AsTask();
        Assert.Equal("GET x", (await PassAsync(reply)).Text);
        Assert.Equal(2, redis.Connections);
    }

    [Fact]
    public async Task Execute_ConnectionEndsBeforeItIsSent_IsSentOverTheNext()
    {
        var close = new TaskCompletionSource();
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            if (connection.Number > 1) await EchoOnAsync(connection);
            await close.Task;
        });
        await using RedisClient client = Connect(redis);
        await client.ConnectAsync(Cancelled);
        Task<RespValue> blocking = client.ExecuteAsync(new RedisCommand("SET", new byte[Unsendable]), Cancelled).AsTask();
        Task<RespValue> behind = Run(client, "INCR", "x");
        close.SetResult();
        Assert.Equal(RedisFault.Lost, (await FailsAsync(blocking)).Fault);
        Assert.Equal("INCR x", (await PassAsync(behind)).Text);
    }

    [Fact]
    public async Task Execute_NoReplyInTime_TimesOutAndTheNextGoesOverAnotherConnection()
    {
        var got = new TaskCompletionSource();
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            if (connection.Number > 1) await EchoOnAsync(connection);
            await connection.ReadAsync();
            got.SetResult();
            await connection.StallAsync();
        });
        await using RedisClient client = Connect(redis);
        Task<RespValue> late = Run(client, "INCR", "x");
        await got.Task.WaitAsync(Limit, Cancelled);
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(late.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        RedisException error = await FailsAsync(late);
        Assert.Equal((RedisFault.TimedOut, $"Redis at 127.0.0.1:{redis.Port} did not answer within 3000 ms"), (error.Fault, error.Message));
        Assert.Equal("NEXT", (await Run(client, "NEXT")).Text);
    }

    [Fact]
    public async Task Execute_PeerSpeaksSomethingElse_IsToldAndTheConnectionReplaced()
    {
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            if (connection.Number > 1) await EchoOnAsync(connection);
            await connection.ReadAsync();
            await connection.SendAsync("HTTP/1.1 400 Bad Request\r\n");
            await connection.StallAsync();
        });
        await using RedisClient client = Connect(redis);
        RedisException error = await FailsAsync(Run(client, "FIRST"));
        Assert.Equal((RedisFault.Protocol, "Redis sent a reply that begins with byte 72, which is no RESP"), (error.Fault, error.Message));
        Assert.Equal("SECOND", (await Run(client, "SECOND")).Text);
    }

    [Theory]
    [InlineData("+two\r\n", "two")]
    [InlineData("-ERR max number of clients reached\r\n", "ERR max number of clients reached")]
    [InlineData("*0\r\n", "array")]
    public async Task Read_ReplyToNothing_EndsTheConnection(string sent, string told)
    {
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            await connection.SendAsync(sent);
            await connection.StallAsync();
        });
        await using RedisConnection connection = await new RedisConnector(Settings(redis), time).OpenAsync(Timeout.InfiniteTimeSpan, Cancelled);
        using var limit = new CancellationTokenSource(Limit);
        while (connection.End is null) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
        Assert.Equal($"Redis at 127.0.0.1:{redis.Port} answered without being asked: {told}", connection.End.Message);
    }

    [Fact]
    public async Task Execute_ErrorReply_IsRefusedWithItsCode()
    {
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            while (await connection.ReadAsync() is not null) await connection.SendAsync("-WRONGTYPE Operation against a key\r\n");
        });
        await using RedisClient client = Connect(redis);
        RedisException error = await FailsAsync(Run(client, "GET", "x"));
        Assert.Equal((RedisFault.Refused, "WRONGTYPE", "WRONGTYPE Operation against a key"), (error.Fault, error.Code, error.Message));
        Assert.Equal(1, redis.Connections);
    }

    [Fact]
    public async Task Execute_RedisIsLoading_IsTriedAgainUntilItIsNot()
    {
        int asked = 0;
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            while (await connection.ReadAsync() is { } command)
                await connection.SendAsync(++asked < 3 ? "-LOADING Redis is loading the dataset in memory\r\n" : $"+{command}\r\n");
        });
        await using RedisClient client = Connect(redis);
        Assert.Equal("INCR x", (await PassAsync(Run(client, "INCR", "x"))).Text);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Connect_NobodyListens_SaysSoAfterTheRetries()
    {
        await using var client = new RedisClient(new RedisSettings { Host = "127.0.0.1", Port = FreePort.Next() }, time, NullLogger.Instance);
        RedisException error = await FailsAsync(PassAsync(Run(client, "PING")));
        Assert.Equal((RedisFault.Unreachable, $"Redis at {client.Address} cannot be reached: Connection refused"), (error.Fault, error.Message));
    }

    [Fact]
    public async Task Connect_PeerThatNeverGreets_IsGivenUp()
    {
        await using var redis = new ScriptedRedis(connection => connection.StallAsync());
        await using RedisClient client = Connect(redis);
        Task connecting = client.ConnectAsync(Cancelled);
        RedisException error = await FailsAsync(PassAsync(Task.Run(async () => { await connecting; return RespValue.Null; })));
        Assert.Equal($"Redis at {client.Address} did not answer within 3000 ms", error.Message);
    }

    [Fact]
    public async Task Execute_WhileConnectingTakesTooLong_GivesUpWithoutHavingRun()
    {
        await using var redis = new ScriptedRedis(connection => connection.StallAsync());
        await using RedisClient client = Connect(redis);
        RedisException error = await FailsAsync(PassAsync(Run(client, "INCR", "x")));
        Assert.Equal((RedisFault.Unreachable, $"Redis at {client.Address} cannot be reached: no connection within 4000 ms"), (error.Fault, error.Message));
    }

    [Fact]
    public async Task Dispose_WhileCommandsWait_FailsThem()
    {
        var got = new TaskCompletionSource();
        await using var redis = new ScriptedRedis(async connection =>
        {
            await connection.GreetAsync();
            await connection.ReadAsync();
            got.SetResult();
            await connection.StallAsync();
        });
        RedisClient client = Connect(redis);
        Task<RespValue> waiting = Run(client, "INCR", "x");
        await got.Task.WaitAsync(Limit, Cancelled);
        await client.DisposeAsync();
        Assert.Equal(RedisFault.Lost, (await FailsAsync(waiting)).Fault);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Run(client, "PING"));
    }

    private RedisClient Connect(ScriptedRedis redis) => new(Settings(redis), time, NullLogger.Instance);

    private static RedisSettings Settings(ScriptedRedis redis) => new() { Host = "127.0.0.1", Port = redis.Port };

    private static Task<RespValue> Run(RedisClient client, params string[] parts) =>
        client.ExecuteAsync(new RedisCommand([.. parts.Select(part => (RedisArgument)part)]), Cancelled).AsTask();

    private static async Task EchoAsync(ScriptedConnection connection)
    {
        await connection.GreetAsync();
        await EchoOnAsync(connection);
    }

    private static async Task EchoOnAsync(ScriptedConnection connection)
    {
        while (true) await connection.SendAsync($"+{await connection.ReadAsync()}\r\n");
    }

    private static async Task<RedisException> FailsAsync(Task<RespValue> command) =>
        await Assert.ThrowsAsync<RedisException>(() => command.WaitAsync(Limit, Cancelled));

    /// <summary>Moves the clock until the task is done, with no more haste than what is real on the way needs.</summary>
    private async Task<RespValue> PassAsync(Task<RespValue> task)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token));
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        return await task;
    }
}
