using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Auth.Jwks;

/// <summary>
/// The keys of a JWKS document, kept as long as it takes. Requests call it on any thread.
/// <list type="bullet">
/// <item>A token of a known key does not wait when the set is old: the new read goes on beside it. Only after a long silence, when
/// the key may have been withdrawn long ago, it waits for that one read, and is good by the last good keys when the read fails.</item>
/// <item>A token of an unknown key waits for one new read, shared by all that wait; reads start at least 30 s apart.</item>
/// <item>A read that fails changes nothing: the last good keys stay. One that succeeds replaces them, so a withdrawn key ends.</item>
/// </list>
/// </summary>
internal sealed class JwksKeySource : IJwtKeySource, IDisposable
{
    private readonly JwksReader reader;
    private readonly JwksOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<JwksKeySource> logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();

    // Read without the lock; written by the one read that is under way.
    private volatile KeySet? keys;
    private volatile bool lastReadFailed;

    // Under the lock.
    private Task? underWay;
    private bool underWayAfterSilence;
    private long? lastStart;

    public JwksKeySource(HttpMessageInvoker http, JwksOptions options, TimeProvider time, ILogger<JwksKeySource> logger)
    {
        reader = new JwksReader(http, options, time);
        this.options = options;
        this.time = time;
        this.logger = logger;
    }

    /// <inheritdoc />
    public ValueTask<JwtKeyLookup> FindAsync(JwtAlgorithm algorithm, string? keyId, CancellationToken cancellationToken)
    {
        if (keys is { } current && current.Model.Find(algorithm, keyId) is { } key)
        {
            var mustWait = time.GetElapsedTime(current.ReadAt) >= options.FreshFor && ReadAgain().AfterSilence;

            // A read that has ended meanwhile may have withdrawn it.
            if (!mustWait && ReferenceEquals(keys, current)) return ValueTask.FromResult(JwtKeyLookup.Found(key));
        }

        return FindInNewKeysAsync(algorithm, keyId, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private async ValueTask<JwtKeyLookup> FindInNewKeysAsync(JwtAlgorithm algorithm, string? keyId, CancellationToken cancellationToken)
    {
        await ReadAgain().Read.WaitAsync(cancellationToken);
        if (keys?.Model.Find(algorithm, keyId) is { } key) return JwtKeyLookup.Found(key);
        return lastReadFailed || keys is null ? JwtKeyLookup.NotReadable : JwtKeyLookup.Unknown;
    }

    /// <summary>
    /// The read under way, or a new one when it is time for one; otherwise nothing to wait for. All intervals are of the monotonic
    /// clock: one that is set back must not stop the reads.
    /// </summary>
    private (Task Read, bool AfterSilence) ReadAgain()
    {
        lock (gate)
        {
            if (underWay is { IsCompleted: false }) return (underWay, underWayAfterSilence);
            var since = lastStart is { } last ? time.GetElapsedTime(last) : TimeSpan.MaxValue;
            if (since < options.LeastInterval) return (Task.CompletedTask, false);
            var started = time.GetTimestamp();
            lastStart = started;
            underWayAfterSilence = since >= options.TrustedFor;
            underWay = ReadAsync(started, stopping.Token);
            return (underWay, underWayAfterSilence);
        }
    }

    private async Task ReadAsync(long started, CancellationToken stop)
    {
        // Off the caller's lock and, where nothing waits, off its request.
        await Task.Yield();
        try
        {
            var (read, failure) = await reader.ReadAsync(stop);
            if (read is null) ReportFailure(failure);
            else Accept(new KeySet(read, started));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The process ends; whoever waits is cancelled by its own request.
        }
    }

    private void Accept(KeySet read)
    {
        keys = read;
        lastReadFailed = false;
        JwksLog.Read(logger, options.Address, read.Model.Count, read.Model.Skipped);
    }

    private void ReportFailure(JwksFailure failure)
    {
        // Warned once per episode: reads go on every 30 s for as long as tokens come.
        if (!lastReadFailed) JwksLog.NotReadable(logger, options.Address, failure, keys?.Model.Count ?? 0);
        lastReadFailed = true;
    }

    /// <param name="Model">The keys.</param>
    /// <param name="ReadAt">When their read began, as a timestamp of the clock.</param>
    private sealed record KeySet(JwksModel Model, long ReadAt);
}
