using System.Threading.Channels;

namespace Gateway.Sidecar.PubSub.InMemory;

/// <summary>
/// One consumer group of a topic: a queue that holds what publishers wait with, and a loop for each subscription that takes from it.
/// </summary>
/// <remarks>
/// Thread-safe. A publisher that gives up takes its message out again. An app that never answers holds one message and, where no
/// other subscription takes the rest, fills the queue, which is bounded in messages and bytes; beyond that publishing is an error.
/// </remarks>
internal sealed class InMemoryGroup(string name, ILogger logger)
{
    /// <summary>The error of a publish that finds the queue full.</summary>
    public const string Full = "too many messages wait for the subscriber";

    private const int MaxMessages = 1000;
    private const long MaxBytes = 64 << 20;

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(MaxMessages);
    private long bytes;

    public string Name { get; } = name;

    /// <summary>How many subscriptions take from the queue. Read and written by whoever adds and removes them, one at a time.</summary>
    public int Members { get; set; }

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

    /// <summary>Hands the messages over one at a time, until it is cancelled or the group is closed.</summary>
    public async Task DeliverAsync(MessageHandler handler, CancellationToken stopping)
    {
        try
        {
            // Not ReadAllAsync, which goes on while there is something to read: a subscription that ends leaves the rest to the others.
            while (await queue.Reader.WaitToReadAsync(stopping))
            {
                if (!queue.Reader.TryRead(out Waiting? waiting)) continue;
                Interlocked.Add(ref bytes, -waiting.Message.Data.Length);
                if (waiting.TryTake()) await HandleAsync(handler, waiting.Message, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The subscription ends.
        }
    }

    /// <summary>Ends the group when nobody takes from it any more: whoever still waits gets the answer as if there were no subscriber.</summary>
    public void Close()
    {
        queue.Writer.TryComplete();
        while (queue.Reader.TryRead(out Waiting? waiting)) waiting.TryTake();
    }

    private bool TryEnqueue(Waiting waiting)
    {
        int size = waiting.Message.Data.Length;
        if (Interlocked.Add(ref bytes, size) - size < MaxBytes && queue.Writer.TryWrite(waiting)) return true;
        Interlocked.Add(ref bytes, -size);
        // A group that ended meanwhile counts as none.
        return queue.Reader.Completion.IsCompleted && waiting.TryTake();
    }

    private async Task HandleAsync(MessageHandler handler, PubSubMessage message, CancellationToken stopping)
    {
        try
        {
            // Delivered once: what the handler says about it changes nothing here.
            await handler(message, stopping);
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
