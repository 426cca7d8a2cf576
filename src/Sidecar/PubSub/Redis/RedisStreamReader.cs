using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>
/// Takes the new messages of all topics of a consumer group: one command on one connection, which waits in Redis until there is one, so that
/// the number of topics costs no connections. Another command wakes it when topics come or go.
/// </summary>
/// <remarks>
/// The groups are made at the start of each stream, so that a message that was published before its first subscriber is not lost; also anew
/// when the stream or the group is gone. A topic whose key is something else does not keep the others waiting. One task runs it.
/// </remarks>
internal sealed class RedisStreamReader : IAsyncDisposable
{
    // After this the command is sent again, which also shows when a stream is gone.
    private static readonly TimeSpan Block = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WakeRetry = TimeSpan.FromMilliseconds(10);

    private readonly string group;
    private readonly RedisPubSubSettings settings;
    private readonly RedisTopics topics;
    private readonly RedisDeliveries deliveries;
    private readonly RedisClient client;
    private readonly RedisStreamGroups groups;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly Task loop;
    private TaskCompletionSource step = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool reading;
    private IReadOnlyList<string>? readTopics;

    public RedisStreamReader(
        string group, RedisPubSubSettings settings, RedisTopics topics, RedisDeliveries deliveries, RedisClient client, TimeProvider time, ILogger logger)
    {
        this.group = group;
        this.settings = settings;
        this.topics = topics;
        this.deliveries = deliveries;
        this.client = client;
        this.time = time;
        this.logger = logger;
        groups = new RedisStreamGroups(group, client, time, logger);
        loop = Task.Run(RunAsync);
    }

    /// <summary>Completes when nothing more is being taken from a topic that has no subscription any more.</summary>
    public async Task LeftAsync(string topic)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                // Before it is known what is read it may be any topic.
                if (!reading || readTopics?.Contains(topic) == false) return;
                next = step.Task;
            }

            await next;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        int failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using RedisConnection connection = await client.OpenAsync(stopping.Token);
                RespValue id = await RunAsync(connection, new RedisCommand("CLIENT", "ID"));
                while (true)
                {
                    await ReadAsync(connection, id);
                    if (failures > 0) RedisPubSubLog.ReadsAgain(logger, group);
                    failures = 0;
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (RedisException error)
            {
                if (failures == 0) RedisPubSubLog.ReadFailed(logger, group, error.Message);
                await client.PauseAsync(failures++, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReadAsync(RedisConnection connection, RespValue id)
    {
        RedisTopicsModel wanted;
        IReadOnlyList<string> ready;
        RespValue streams = RespValue.Null;
        Step(true, null);
        try
        {
            wanted = topics.Current;
            ready = await groups.PrepareAsync(wanted.Names, stopping.Token);
            Step(true, ready);
            if (ready.Count > 0) streams = await TakeAsync(connection, id, ready, wanted.Changed);
        }
        catch (RedisException error) when (RedisStreamGroups.AreGone(error))
        {
            RedisPubSubLog.GroupsGone(logger, group, error.Message);
            groups.Forget();
            return;
        }
        finally
        {
            Step(false, null);
        }

        // [[stream, entries], …]; nothing when the time was over.
        foreach (RespValue stream in streams.Items)
        {
            string topic = stream.Items[0].Text;
            foreach (RedisEntry entry in RedisEntry.Read(topic, stream.Items[1])) await deliveries.AddAsync(entry, stopping.Token);
        }

        if (ready.Count > 0) return;
        await Task.WhenAny(wanted.Changed, Task.Delay(Block, time, stopping.Token));
        stopping.Token.ThrowIfCancellationRequested();
    }

    private async Task<RespValue> TakeAsync(RedisConnection connection, RespValue id, IReadOnlyList<string> ready, Task changed)
    {
        Task<RespValue> taking = RunAsync(connection, Command(ready));
        while (await Task.WhenAny(taking, changed) != taking)
        {
            await client.ExecuteAsync(new RedisCommand("CLIENT", "UNBLOCK", id.Integer) { MayRepeat = true }, stopping.Token);
            // It may have come to Redis before the command that it is meant for.
            await Task.WhenAny(taking, Task.Delay(WakeRetry, time, stopping.Token));
        }

        return await taking;
    }

    private RedisCommand Command(IReadOnlyList<string> names)
    {
        // Redis counts for each stream: few from each of many, so that one read brings no more than the queue holds.
        int count = Math.Max(1, settings.QueueDepth / names.Count);
        List<RedisArgument> parts = ["XREADGROUP", "GROUP", group, group, "COUNT", count, "BLOCK", (long)Block.TotalMilliseconds, "STREAMS"];
        parts.AddRange(names.Select(name => (RedisArgument)name));
        parts.AddRange(Enumerable.Repeat<RedisArgument>(">", names.Count));
        return new RedisCommand([.. parts]);
    }

    private async Task<RespValue> RunAsync(RedisConnection connection, RedisCommand command)
    {
        RespValue reply = await connection.ExecuteAsync(command, stopping.Token);
        return reply.Kind == RespKind.Error ? throw new RedisException(RedisFault.Refused, reply.Text) : reply;
    }

    private void Step(bool begun, IReadOnlyList<string>? names)
    {
        lock (gate)
        {
            reading = begun;
            readTopics = names;
            step.SetResult();
            step = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
