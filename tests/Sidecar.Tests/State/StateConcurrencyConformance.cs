using System.Globalization;
using System.Net;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>
/// Etags and first-write: https://docs.dapr.io/developing-applications/building-blocks/state-management/state-management-overview/#concurrency.
/// </summary>
public abstract class StateConcurrencyConformance<TTarget>(TTarget target) : StateConformance<TTarget>(target)
    where TTarget : StateTarget
{
    private const string Mismatch = "failed saving state in state store store: possible etag mismatch. error from state store";

    [Theory]
    [InlineData(null)]
    [InlineData("first-write")]
    [InlineData("last-write")]
    public async Task Save_CurrentEtag_IsAccepted(string? concurrency)
    {
        string key = NewKey();
        string etag = await SavedEtagAsync(key);
        (await SaveAsync(key, "\"v2\"", etag, concurrency)).IsNoContent();
        await HoldsAsync(key, "\"v2\"");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("first-write")]
    [InlineData("last-write")]
    public async Task Save_StaleEtag_Is409AndChangesNothing(string? concurrency)
    {
        (string key, string stale, _) = await KeyWithStaleEtagAsync();
        IsConflict(await SaveAsync(key, "\"v3\"", stale, concurrency));
        await HoldsAsync(key, "\"v2\"");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("999999")]
    [InlineData("-1")]
    [InlineData(" 1 ")]
    [InlineData("\"1\"")]
    public async Task Save_EtagThatNeverWas_Is409(string etag)
    {
        string key = NewKey();
        await SavedEtagAsync(key);
        IsConflict(await SaveAsync(key, "\"x\"", etag));
        await HoldsAsync(key, "\"v\"");
    }

    [Fact]
    public async Task Save_EmptyEtag_IsNone()
    {
        string key = NewKey();
        await SavedEtagAsync(key);
        (await SaveAsync(key, "\"x\"", "")).IsNoContent();
        await HoldsAsync(key, "\"x\"");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task Save_EtagForAMissingKey_Is409(string etag)
    {
        string key = NewKey();
        IsConflict(await SaveAsync(key, "\"x\"", etag));
        await IsMissingAsync(key);
    }

    [Fact]
    public async Task Save_EtagOfADeletedKey_Is409()
    {
        string key = NewKey();
        string etag = await SavedEtagAsync(key);
        (await Sidecar.DeleteAsync($"{Store}/{key}")).IsNoContent();
        IsConflict(await SaveAsync(key, "\"x\"", etag));
        await IsMissingAsync(key);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task FirstWrite_WithoutEtag_OnlyCreates(string? etag)
    {
        string key = NewKey();
        (await SaveAsync(key, "\"a\"", etag, "first-write")).IsNoContent();
        IsConflict(await SaveAsync(key, "\"b\"", etag, "first-write"));
        await HoldsAsync(key, "\"a\"");
    }

    [Fact]
    public async Task LastWrite_WithoutEtag_Overwrites()
    {
        string key = NewKey();
        (await SaveAsync(key, "\"a\"", concurrency: "first-write")).IsNoContent();
        (await SaveAsync(key, "\"b\"", concurrency: "last-write")).IsNoContent();
        await HoldsAsync(key, "\"b\"");
    }

    [Fact]
    public async Task Save_SeveralEntriesOneStale_Is409AndWritesTheOthers()
    {
        (string key, string stale, _) = await KeyWithStaleEtagAsync();
        string before = NewKey(), after = NewKey();
        Answer answer = await Sidecar.PostAsync(Store, $"[{Entry(before, "1")},{Entry(key, "2", stale)},{Entry(after, "3")}]");
        IsConflict(answer);
        Assert.StartsWith(Mismatch + ": possible etag mismatch. error from state store", answer.Message, StringComparison.Ordinal);
        await HoldsAsync(before, "1");
        await HoldsAsync(key, "\"v2\"");
        await HoldsAsync(after, "3");
    }

    [Fact]
    public async Task Delete_StaleEtag_Is409AndKeepsTheKey()
    {
        (string key, string stale, string current) = await KeyWithStaleEtagAsync();
        foreach (string bad in (string[])[stale, "garbage", $"\"{current}\""])
        {
            Answer answer = await Sidecar.DeleteAsync($"{Store}/{key}", ("If-Match", bad));
            Assert.Equal((HttpStatusCode.Conflict, "ERR_STATE_DELETE"), (answer.Status, answer.ErrorCode));
            Assert.StartsWith($"failed deleting state with key {key}: possible etag mismatch. error from state store", answer.Message, StringComparison.Ordinal);
        }

        await HoldsAsync(key, "\"v2\"");
        (await Sidecar.DeleteAsync($"{Store}/{key}", ("If-Match", current))).IsNoContent();
        await IsMissingAsync(key);
    }

    [Fact]
    public async Task Delete_EtagForAMissingKey_Is409()
    {
        Answer answer = await Sidecar.DeleteAsync($"{Store}/{NewKey()}", ("If-Match", "1"));
        Assert.Equal((HttpStatusCode.Conflict, "ERR_STATE_DELETE"), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Save_ManyWithOneEtagAtOnce_ExactlyOneWins()
    {
        string key = NewKey();
        string etag = await SavedEtagAsync(key);
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => SaveAsync(key, Number(i), etag, "first-write")));
        int winner = Assert.Single(Enumerable.Range(0, 32), i => answers[i].Status == HttpStatusCode.NoContent);
        Assert.Equal(31, answers.Count(answer => answer.Status == HttpStatusCode.Conflict));
        await HoldsAsync(key, Number(winner));
    }

    [Fact]
    public async Task FirstWrite_ManyOfANewKeyAtOnce_ExactlyOneWins()
    {
        string key = NewKey();
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => SaveAsync(key, Number(i), null, "first-write")));
        int winner = Assert.Single(Enumerable.Range(0, 32), i => answers[i].Status == HttpStatusCode.NoContent);
        await HoldsAsync(key, Number(winner));
    }

    [Fact]
    public async Task ReadThenSave_ManyCountersAtOnce_LoseNoUpdate()
    {
        string key = NewKey();
        (await SaveAsync(key, "0")).IsNoContent();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => IncrementAsync(key, 10))));
        await HoldsAsync(key, "80");
    }

    private async Task IncrementAsync(string key, int times)
    {
        while (times > 0)
        {
            Answer read = await GetAsync(key);
            string next = Number(int.Parse(read.Body, CultureInfo.InvariantCulture) + 1);
            if ((await SaveAsync(key, next, read.ETag, "first-write")).Status == HttpStatusCode.NoContent) times--;
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static void IsConflict(Answer answer)
    {
        Assert.Equal((HttpStatusCode.Conflict, "ERR_STATE_SAVE"), (answer.Status, answer.ErrorCode));
        Assert.StartsWith(Mismatch, answer.Message, StringComparison.Ordinal);
    }
}
