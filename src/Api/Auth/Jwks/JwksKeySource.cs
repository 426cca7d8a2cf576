using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Auth.Jwks;

/// <summary>
/// The keys of a JWKS document, kept as long as it takes. Requests call it on any thread.
/// <list type="bullet">
/// <item>A token of a known key never waits, also when the set is old: the new read then goes on beside it.</item>
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
    private volatile JwksModel? keys;
    private volatile bool lastReadFailed;

    // Under the lock.
    private Task? underWay;
    private DateTimeOffset? lastStart;

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
        if (keys is { } current && current.Find(algorithm, keyId) is { } key)
        {
            if (time.GetUtcNow() - current.ReadAt >= options.FreshFor) _ = ReadAgain();
            return ValueTask.FromResult(JwtKeyLookup.Found(key));
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
        await ReadAgain().WaitAsync(cancellationToken);
        if (keys?.Find(algorithm, keyId) is { } key) return JwtKeyLookup.Found(key);
        return lastReadFailed || keys is null ? JwtKeyLookup.NotReadable : JwtKeyLookup.Unknown;
    }

    /// <summary>The read under way, or a new one when it is time for one; otherwise nothing to wait for.</summary>
    private Task ReadAgain()
    {
        lock (gate)
        {
            if (underWay is { IsCompleted: false }) return underWay;
            var now = time.GetUtcNow();
            if (now - lastStart < options.LeastInterval) return Task.CompletedTask;
            lastStart = now;
            return underWay = ReadAsync(stopping.Token);
        }
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        // Off the caller's lock and, where nothing waits, off its request.
        await Task.Yield();
        try
        {
            var (read, failure) = await reader.ReadAsync(stop);
            if (read is null) ReportFailure(failure);
            else Accept(read);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The process ends; whoever waits is cancelled by its own request.
        }
    }

    private void Accept(JwksModel read)
    {
        keys = read;
        lastReadFailed = false;
        JwksLog.Read(logger, options.Address, read.Count, read.Skipped);
    }

    private void ReportFailure(JwksFailure failure)
    {
        // Warned once per episode: reads go on every 30 s for as long as tokens come.
        if (!lastReadFailed) JwksLog.NotReadable(logger, options.Address, failure, keys?.Count ?? 0);
        lastReadFailed = true;
    }
}
