using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>
/// A sidecar with a state store named <c>store</c> for a conformance suite, shared by the tests of a class: each uses keys of its own.
/// What Dapr leaves to the stores is a property here; the defaults are those of Dapr's in-memory store.
/// </summary>
public abstract class StateTarget : IAsyncLifetime
{
    public SidecarCaller Caller { get; private set; } = null!;

    /// <summary>A transaction of which one operation is refused writes nothing; else all the other operations are applied.</summary>
    public virtual bool RollsBack => true;

    /// <summary>
    /// <c>first-write</c> without an etag is refused for every key that is there. Else only for one that was created so, which in turn
    /// refuses every later save without an etag.
    /// </summary>
    public virtual bool FirstWriteOnlyCreates => true;

    /// <summary>The answer to such a refusal: a conflict (409), or an error of the store (500).</summary>
    public virtual int FirstWriteRefusal => 409;

    /// <summary>A delete reads its options and refuses unknown ones; else it ignores them.</summary>
    public virtual bool DeleteReadsOptions => true;

    /// <summary><c>first-write</c> counts in transactions too; else it is ignored there.</summary>
    public virtual bool FirstWriteHoldsInTransactions => true;

    /// <summary>An etag is compared whatever the concurrency; else <c>last-write</c> overwrites in spite of it.</summary>
    public virtual bool LastWriteHoldsToEtag => true;

    /// <summary>An etag for a missing key is refused; else it is not looked at.</summary>
    public virtual bool MissingKeyHasNoEtag => true;

    /// <summary>The answer to an etag that is none of the store's: a conflict (409), or a bad request (400).</summary>
    public virtual int UnreadableEtagStatus => 409;

    /// <summary>The same of a delete.</summary>
    public virtual int UnreadableEtagStatusOfDelete => 409;

    /// <summary>A number with a sign may be an etag.</summary>
    public virtual bool EtagsHaveSigns => true;

    /// <summary>The etag in double quotes is another etag.</summary>
    public virtual bool QuotedEtagIsAnother => true;

    /// <summary>A read tells when the key expires.</summary>
    public virtual bool TellsExpiry => true;

    /// <summary>A save without a time to live ends the old one; else that goes on.</summary>
    public virtual bool SaveEndsTtl => true;

    /// <summary>Etags count the writes of a key from 1; else they are texts without meaning.</summary>
    public virtual bool EtagsCount => false;

    /// <summary>JSON comes back with sorted members and with <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> escaped; else in any order and as it was.</summary>
    public virtual bool SortsAndEscapes => true;

    /// <summary>JSON comes back with a blank after each colon and comma.</summary>
    public virtual bool AddsBlanks => false;

    /// <summary>What the query API says; null where it is there.</summary>
    public virtual (string Code, string Message)? QueryError => ("ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying");

    /// <summary>Starts the sidecar and says where it listens.</summary>
    protected abstract Task<Uri> StartAsync();

    protected abstract ValueTask StopAsync();

    public async ValueTask InitializeAsync() => Caller = new SidecarCaller(await StartAsync());

    public async ValueTask DisposeAsync()
    {
        Caller?.Dispose();
        await StopAsync();
        GC.SuppressFinalize(this);
    }
}
