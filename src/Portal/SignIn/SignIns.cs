using System.Collections.Concurrent;

namespace Gateway.Portal.SignIn;

/// <summary>
/// Keeps sign-ins fresh. A refresh token is good once, and a customer's tabs share one cookie: whoever renews first renews for all, and
/// what was renewed is kept here until every cookie and circuit has it. Thread-safe; singleton.
/// </summary>
internal sealed class SignIns(CustomerSignIn signIn, TimeProvider time)
{
    /// <summary>A token is renewed this long before it ends.</summary>
    public static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>The newest form of a sign-in.</summary>
    public PortalSession Newest(PortalSession session) =>
        entries.TryGetValue(session.Id, out var entry) && entry.Renewed is { } renewed && renewed.ExpiresAt > session.ExpiresAt ? renewed : session;

    /// <summary>Whether a sign-in's token ends soon.</summary>
    public bool IsDue(PortalSession session) => session.ExpiresAt - time.GetUtcNow() <= RenewBefore;

    /// <summary>
    /// A sign-in that lasts: the same when it is not due. When nothing could be had the old one is answered while its token lasts;
    /// null: the customer must sign in again.
    /// </summary>
    public async Task<PortalSession?> RenewAsync(PortalSession session, CancellationToken cancellationToken)
    {
        var newest = Newest(session);
        if (!IsDue(newest)) return newest;
        Forget();
        var entry = entries.GetOrAdd(session.Id, _ => new Entry());
        await entry.Gate.WaitAsync(cancellationToken);
        try
        {
            newest = Newest(session);
            if (!IsDue(newest)) return newest;
            var outcome = await signIn.RenewAsync(newest, cancellationToken);
            if (outcome.Session is { } renewed) return entry.Renewed = renewed;
            return outcome.IsRefused || newest.ExpiresAt <= time.GetUtcNow() ? null : newest;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <summary>Ends a sign-in here.</summary>
    public void End(PortalSession session) => entries.TryRemove(session.Id, out _);

    /// <summary>Drops what has ended long ago: its cookies are of no use either.</summary>
    private void Forget()
    {
        var limit = time.GetUtcNow() - PortalCookie.Lifetime;
        foreach (var (id, entry) in entries)
        {
            if (entry.Renewed is { } renewed && renewed.ExpiresAt < limit) entries.TryRemove(id, out _);
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public PortalSession? Renewed { get; set; }
    }
}
