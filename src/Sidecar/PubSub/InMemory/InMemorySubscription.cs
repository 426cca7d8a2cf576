using System.Threading.Channels;

namespace Gateway.Sidecar.PubSub.InMemory;

/// <summary>
/// One subscription of a topic: a queue that holds what publishers wait with, and one loop that takes from it.
/// </summary>
/// <remarks>
/// Thread-safe. A publisher that gives up takes its message out again. An app that never answers holds one message and fills the
/// queue, which is bounded in messages and bytes; beyond that publishing is an error.
/// </remarks>
internal sealed class InMemorySubscription : IAsyncDisposable
{
    /// <summary>The error of a publish that finds the queue full.</summary>
    public const string Full = "too many messages wait for the subscriber";

    private const int MaxMessages = 1000;
    private const long MaxBytes = 64 << 20;

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxMessages) { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private readonly MessageHandler handler;
    private readonly ILogger logger;
    private readonly Task loop;
    private long bytes;

    public InMemorySubscription(MessageHandler handler, ILogger logger)
    {
        this.handler = handler;
        this.logger = logger;
        loop = Task.Run(DeliverAsync);
    }

    /// <summary>Waits until the message is being handled; false when the queue is full.</summary>
    public async ValueTask<bool> HandOverAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(message);
        if (!TryEnqueue(waiting)) return false;
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((Waiting)state!).TryWithdraw(token), waiting);
        await waiting.Taken;
        return true;
    }

    /// <summary>Leaves a message and waits for nothing; false when the queue is full.</summary>
    public bool TryEnqueue(PubSubMessage message) => TryEnqueue(new Waiting(message));

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await stopping.CancelAsync();
        await loop;
        // Whoever still waits gets no answer from a subscriber any more, as if there had been none.
        while (queue.Reader.TryRead(out Waiting? waiting)) waiting.TryTake();
        stopping.Dispose();
    }

    private bool TryEnqueue(Waiting waiting)
    {
        int size = waiting.Message.Data.Length;
        if (Interlocked.Add(ref bytes, size) - size < MaxBytes && queue.Writer.TryWrite(waiting)) return true;
        Interlocked.Add(ref bytes, -size);
        // A subscription that ended meanwhile counts as none.
        return queue.Reader.Completion.IsCompleted && waiting.TryTake();
    }

    private async Task DeliverAsync()
    {
        try
        {
            await foreach (Waiting waiting in queue.Reader.ReadAllAsync(stopping.Token))
            {
                Interlocked.Add(ref bytes, -waiting.Message.Data.Length);
                if (!waiting.TryTake()) continue;
                await HandleAsync(waiting.Message);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The subscription ends.
        }
    }

    private async Task HandleAsync(PubSubMessage message)
    {
        try
        {
            // Delivered once: what the handler says about it changes nothing here.
            await handler(message, stopping.Token);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            PubSubLog.HandlerFailed(logger, message.Topic, exception);
        }
    }

    private sealed class Waiting(PubSubMessage message)
    {
        private readonly TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public PubSubMessage Message { get; } = message;

        public Task Taken => taken.Task;

        public bool TryTake() => taken.TrySetResult();

        public void TryWithdraw(CancellationToken token) => taken.TrySetCanceled(token);
    }
}
