using System.Buffers;

namespace Gateway.Sidecar.Redis;

/// <summary>
/// One connection, shared by any number of callers: their commands go out in the order they came, those that wait at the same time in one
/// write, and the replies come back in that order.
/// </summary>
/// <remarks>
/// <para>Thread-safe. At any time one caller's task writes and one task reads. At most <c>MaxPending</c> commands wait for their replies;
/// the next waits for room.</para>
/// <para>It ends once, for good, when the peer closes it, sends what is no RESP, or leaves the oldest command without a reply for longer than
/// the time limit; or when it is disposed of. Commands that had not been sent by then are known not to have run; of those that had been, nothing
/// is known. A caller that gives up gets its own cancellation; its command is not sent any more, or its reply is thrown away.</para>
/// </remarks>
internal sealed class RedisConnection : IAsyncDisposable
{
    private const int MaxPending = 1024;

    // Enough for one write to be worth it, and little to hold.
    private const int MaxWrite = 64 << 10;

    private readonly Lock gate = new();
    private readonly Queue<RedisRequest> waiting = new();
    private readonly Queue<RedisRequest> sent = new();
    private readonly SemaphoreSlim room = new(MaxPending);
    private readonly CancellationTokenSource closing = new();
    private readonly Stream stream;
    private readonly string address;
    private readonly TimeSpan replyLimit;
    private readonly TimeProvider time;
    private readonly ITimer? watch;
    private readonly Task reading;
    private ArrayBufferWriter<byte> output = new(MaxWrite);
    private bool writing;
    private RedisException? end;

    /// <param name="stream">The connection, after TLS where there is any. Owned from here on.</param>
    /// <param name="address">Where it leads to, for messages.</param>
    /// <param name="replyLimit">How long a reply may take; infinite for commands that wait by design.</param>
    /// <param name="time">The clock for that limit.</param>
    public RedisConnection(Stream stream, string address, TimeSpan replyLimit, TimeProvider time)
    {
        this.stream = stream;
        this.address = address;
        this.replyLimit = replyLimit;
        this.time = time;
        if (replyLimit != Timeout.InfiniteTimeSpan)
        {
            // One timer for all commands: the oldest is the first that can be late.
            TimeSpan period = replyLimit / 4;
            watch = time.CreateTimer(_ => EndIfLate(), null, period, period);
        }

        reading = Task.Run(ReadAsync);
    }

    /// <summary>Why it has ended, or null.</summary>
    public RedisException? End
    {
        get { lock (gate) return end; }
    }

    /// <summary>Sends a command and answers with its reply, which may be an error of Redis.</summary>
    /// <exception cref="RedisException">There will be no reply; never <see cref="RedisFault.Refused"/>.</exception>
    public async ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken)
    {
        await room.WaitAsync(cancellationToken);
        var request = new RedisRequest(command);
        bool write;
        lock (gate)
        {
            if (end is not null)
            {
                room.Release();
                throw NotSent(end);
            }

            waiting.Enqueue(request);
            write = !writing;
            writing = true;
        }

        if (write) _ = WriteAsync();
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((RedisRequest)state!).TryCancel(token), request);
        return await request.Reply;
    }

    public async ValueTask DisposeAsync()
    {
        Close(new RedisException(RedisFault.Lost, $"the connection to Redis at {address} was closed"));
        await reading;
        if (watch is not null) await watch.DisposeAsync();
    }

    /// <summary>Writes what waits until nothing does. Begun by the caller that finds nobody writing.</summary>
    private async Task WriteAsync()
    {
        try
        {
            if (!FillOutput()) return;
            await stream.WriteAsync(output.WrittenMemory, closing.Token);
            if (!FillOutput()) return;
            // What others have left meanwhile is not for the first caller to wait for.
            await Task.Yield();
            do await stream.WriteAsync(output.WrittenMemory, closing.Token);
            while (FillOutput());
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Close(Broken(error));
        }
    }

    /// <summary>Moves commands that wait into the output; false when there are none, and then nobody writes any more.</summary>
    private bool FillOutput()
    {
        // A buffer that one large value has blown up is not kept.
        if (output.Capacity > 4 * MaxWrite) output = new ArrayBufferWriter<byte>(MaxWrite);
        else output.ResetWrittenCount();
        while (output.WrittenCount < MaxWrite)
        {
            RedisRequest? request;
            lock (gate)
            {
                if (!waiting.TryDequeue(out request))
                {
                    writing = output.WrittenCount > 0;
                    return writing;
                }

                if (request.Reply.IsCompleted)
                {
                    // Its caller gave up in time: it never runs.
                    room.Release();
                    continue;
                }

                request.SentAt = time.GetTimestamp();
                sent.Enqueue(request);
            }

            request.Command.WriteTo(output);
        }

        return true;
    }

    private async Task ReadAsync()
    {
        var reader = new RespReader(stream);
        try
        {
            while (true)
            {
                RespValue reply = await reader.ReadAsync(closing.Token);
                RedisRequest? request;
                lock (gate) sent.TryDequeue(out request);
                if (request is null)
                {
                    string said = reply.Kind is RespKind.Error or RespKind.Simple ? reply.Text : reply.Kind.ToString().ToLowerInvariant();
                    throw new RedisException(RedisFault.Protocol, $"Redis at {address} answered without being asked: {said}");
                }

                room.Release();
                request.TryAnswer(reply);
            }
        }
        catch (RedisException error)
        {
            Close(error);
        }
        catch (EndOfStreamException error)
        {
            Close(new RedisException(RedisFault.Lost, $"Redis at {address} closed the connection", error));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Also when it was closed from here; then the reason is known already.
            Close(Broken(error));
        }
    }

    private void EndIfLate()
    {
        lock (gate)
        {
            if (!sent.TryPeek(out RedisRequest? oldest) || time.GetElapsedTime(oldest.SentAt) < replyLimit) return;
        }

        Close(new RedisException(RedisFault.TimedOut, $"Redis at {address} did not answer within {replyLimit.TotalMilliseconds:0} ms"));
    }

    private void Close(RedisException reason)
    {
        RedisRequest[] unsent, unanswered;
        lock (gate)
        {
            if (end is not null) return;
            end = reason;
            unsent = [.. waiting];
            unanswered = [.. sent];
            waiting.Clear();
            sent.Clear();
        }

        closing.Cancel();
        stream.Dispose();
        foreach (RedisRequest request in unsent) Fail(request, NotSent(reason));
        // Each its own exception: a stack trace belongs to one thrower.
        foreach (RedisRequest request in unanswered) Fail(request, new RedisException(reason.Fault, reason.Message, reason));
    }

    private void Fail(RedisRequest request, RedisException reason)
    {
        room.Release();
        request.TryFail(reason);
    }

    private static RedisException NotSent(RedisException reason) => new(RedisFault.Unreachable, reason.Message, reason);

    private RedisException Broken(Exception error) =>
        new(RedisFault.Lost, $"the connection to Redis at {address} broke: {(error.InnerException ?? error).Message}", error);
}
