using Gateway.Storage.History;
using Microsoft.Extensions.Caching.Memory;

namespace Gateway.Api.Surfaces.Gateway.Sessions;

/// <summary>
/// Sessions by id, at hand once one was asked for: every call about a command names its session, and what is kept of it never changes. Whether it has
/// ended is not: the queue decides that, and views read it. Any number of threads.
/// </summary>
internal sealed class KnownSessions(ISessionStore sessions) : IDisposable
{
    /// <summary>The most that are kept, some 10 MB.</summary>
    private const int Capacity = 20_000;

    private static readonly MemoryCacheEntryOptions One = new() { Size = 1 };

    private readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = Capacity });

    /// <summary>A session; null: there is none. One that is not there is asked for again the next time.</summary>
    public async ValueTask<KnownSession?> FindAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (cache.TryGetValue(sessionId, out KnownSession? known)) return known;
        if (await sessions.FindSessionAsync(sessionId, cancellationToken) is not { } found) return null;
        return cache.Set(sessionId, new KnownSession(found.Id, found.DeviceId, found.CustomerId, found.Type, found.ExpiresAt), One);
    }

    /// <inheritdoc />
    public void Dispose() => cache.Dispose();
}

/// <summary>What of a session never changes.</summary>
/// <param name="Id">Its id.</param>
/// <param name="DeviceId">The device.</param>
/// <param name="CustomerId">Who opened it.</param>
/// <param name="Type"><c>diagnostic</c> or <c>remediation</c>.</param>
/// <param name="ExpiresAt">When it ends by itself, Unix milliseconds.</param>
internal sealed record KnownSession(string Id, string DeviceId, string CustomerId, string Type, long ExpiresAt);
