using System.Net;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>Time to live: https://docs.dapr.io/developing-applications/building-blocks/state-management/state-store-ttl/.</summary>
public abstract class StateTtlConformance<TTarget>(TTarget target) : StateConformance<TTarget>(target)
    where TTarget : StateTarget
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Ttl_OnASave_IsShownOnGetWhereTheStoreTells()
    {
        string key = NewKey();
        (await SaveAsync(key, "1", ttl: "100")).IsNoContent();
        IsToldOf(await GetAsync(key));
    }

    [Fact]
    public async Task Ttl_InTheQuery_CountsForEveryEntry()
    {
        string one = NewKey(), two = NewKey();
        (await Sidecar.PostAsync($"{Store}?metadata.ttlInSeconds=1", $"[{Entry(one, "1")},{Entry(two, "1")}]")).IsNoContent();
        await ExpiresAsync(one);
        await ExpiresAsync(two);
    }

    [Fact]
    public async Task Ttl_WhenItIsOver_TheKeyIsMissing()
    {
        string key = NewKey();
        (await SaveAsync(key, "1", ttl: "1")).IsNoContent();
        await HoldsAsync(key, "1");
        await ExpiresAsync(key);
        Answer bulk = await Sidecar.PostAsync($"{Store}/bulk", $$"""{"keys":["{{key}}"]}""");
        Assert.Equal($$"""[{"key":"{{key}}"}]""", bulk.Body.TrimEnd());
    }

    [Fact]
    public async Task Ttl_WhenItIsOver_FirstWriteCreatesTheKeyAnew()
    {
        string key = NewKey();
        (await SaveAsync(key, "1", ttl: "1")).IsNoContent();
        await ExpiresAsync(key);
        (await SaveAsync(key, "2", concurrency: "first-write")).IsNoContent();
        await HoldsAsync(key, "2");
    }

    [Fact]
    public async Task Ttl_WhenItIsOver_TheOldEtagIsRefusedAsForAnyMissingKey()
    {
        string key = NewKey();
        // Long enough to read its etag on a busy machine.
        (await SaveAsync(key, "1", ttl: "3")).IsNoContent();
        string etag = (await GetAsync(key)).ETag;
        await ExpiresAsync(key);
        Answer answer = await SaveAsync(key, "2", etag);
        Assert.Equal(Target.MissingKeyHasNoEtag ? 409 : 204, (int)answer.Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("")]
    public async Task Ttl_SavedAgainWithoutOne_EndsWhereTheStoreEndsIt(string? ttl)
    {
        string key = NewKey(), clock = NewKey();
        (await SaveAsync(key, "1", ttl: "1")).IsNoContent();
        (await SaveAsync(key, "2", ttl: ttl)).IsNoContent();
        (await SaveAsync(clock, "1", ttl: "1")).IsNoContent();
        await ExpiresAsync(clock);
        bool ends = Target.SaveEndsTtl || ttl is "0" or "-1";
        if (ends) (await GetAsync(key)).IsJson("2");
        else await IsMissingAsync(key);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("1.5")]
    public async Task Ttl_ThatIsNoWholeNumber_Is500AndWritesNothing(string ttl)
    {
        string key = NewKey();
        Answer answer = await SaveAsync(key, "1", ttl: ttl);
        Assert.Equal((HttpStatusCode.InternalServerError, "ERR_STATE_SAVE"), (answer.Status, answer.ErrorCode));
        Assert.EndsWith($"parsing \"{ttl}\": invalid syntax", answer.Message, StringComparison.Ordinal);
        await IsMissingAsync(key);
    }

    private void IsToldOf(Answer answer)
    {
        if (Target.TellsExpiry) Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", answer.Headers["metadata.ttlExpireTime"]);
        else Assert.DoesNotContain("metadata.ttlExpireTime", answer.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Waits in real time, for a second or two.</summary>
    private async Task ExpiresAsync(string key)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while ((await GetAsync(key)).Status != HttpStatusCode.NoContent) await Task.Delay(Poll, TimeProvider.System, limit.Token);
    }
}
