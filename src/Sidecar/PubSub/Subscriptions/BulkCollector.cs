namespace Gateway.Sidecar.PubSub.Subscriptions;

/// <summary>
/// Collects the messages of a bulk subscription for one call: until there are as many as it may have, or the first has waited long enough.
/// What a component hands over one at a time is only held back by it, as by daprd.
/// </summary>
/// <remarks>Thread-safe. <c>deliver</c> gets each list once, and settles all its entries; it does not throw.</remarks>
internal sealed class BulkCollector(BulkSubscribe limits, TimeProvider time, Func<IReadOnlyList<BulkMessage>, CancellationToken, Task> deliver)
{
    private readonly Lock gate = new();
    private List<BulkMessage> collected = [];
    private ITimer? timer;

    /// <summary>Adds a message and answers with what became of it; see <see cref="BulkMessage.Outcome"/>.</summary>
    public async ValueTask<string?> AddAsync(BulkMessage entry, CancellationToken cancellationToken)
    {
        List<BulkMessage>? full = null;
        lock (gate)
        {
            collected.Add(entry);
            if (collected.Count >= limits.MaxMessages) full = Take();
            else timer ??= time.CreateTimer(_ => Flush(cancellationToken), null, limits.MaxAwait, Timeout.InfiniteTimeSpan);
        }

        if (full is not null) _ = deliver(full, cancellationToken);
        // A subscription that ends delivers what it has at once, which then fails.
        await using CancellationTokenRegistration ending = cancellationToken.UnsafeRegister(
            static (state, token) => ((BulkCollector)state!).Flush(token), this);
        return await entry.Outcome;
    }

    private void Flush(CancellationToken cancellationToken)
    {
        List<BulkMessage> entries;
        lock (gate) entries = Take();
        if (entries.Count > 0) _ = deliver(entries, cancellationToken);
    }

    private List<BulkMessage> Take()
    {
        timer?.Dispose();
        timer = null;
        List<BulkMessage> taken = collected;
        collected = [];
        return taken;
    }
}
