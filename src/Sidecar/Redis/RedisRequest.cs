namespace Gateway.Sidecar.Redis;

/// <summary>A command on a connection, and whoever waits for its reply.</summary>
internal sealed class RedisRequest(RedisCommand command)
{
    // A reply must not run its caller's work on the task that reads.
    private readonly TaskCompletionSource<RespValue> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RedisCommand Command { get; } = command;

    /// <summary>Timestamp of when it went out.</summary>
    public long SentAt { get; set; }

    public Task<RespValue> Reply => reply.Task;

    public void TryAnswer(RespValue value) => reply.TrySetResult(value);

    public void TryFail(RedisException reason) => reply.TrySetException(reason);

    public void TryCancel(CancellationToken token) => reply.TrySetCanceled(token);
}
