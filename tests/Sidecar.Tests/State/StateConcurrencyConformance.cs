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
    public async Task Save_StaleEtag_Is409AndChangesNothing(string? concurrency)
    {
        (string key, string stale, _) = await KeyWithStaleEtagAsync();
        IsConflict(await SaveAsync(key, "\"v3\"", stale, concurrency));
        await HoldsAsync(key, "\"v2\"");
    }

    [Fact]
    public async Task Save_StaleEtagWithLastWrite_IsTheStoresChoice()
    {
        (string key, string stale, _) = await KeyWithStaleEtagAsync();
        Answer answer = await SaveAsync(key, "\"v3\"", stale, "last-write");
        if (Target.LastWriteHoldsToEtag) IsConflict(answer);
        else answer.IsNoContent();
        await HoldsAsync(key, Target.LastWriteHoldsToEtag ? "\"v2\"" : "\"v3\"");
    }

    [Theory]
    [InlineData("999999")]
    [InlineData("-1")]
    public async Task Save_EtagThatNeverWas_Is409(string etag)
    {
        string key = NewKey();
        await SavedEtagAsync(key);
        Answer answer = await SaveAsync(key, "\"x\"", etag);
        if (etag[0] == '-' && !Target.EtagsHaveSigns) Assert.Equal(Target.UnreadableEtagStatus, (int)answer.Status);
        else IsConflict(answer);
        await HoldsAsync(key, "\"v\"");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData(" 1 ")]
    [InlineData("\"1\"")]
    public async Task Save_EtagThatTheStoreCannotRead_IsRefused(string etag)
    {
        string key = NewKey();
        await SavedEtagAsync(key);
        Answer answer = await SaveAsync(key, "\"x\"", etag);
        Assert.Equal((Target.UnreadableEtagStatus, "ERR_STATE_SAVE"), ((int)answer.Status, answer.ErrorCode));
        await HoldsAsync(key, "\"v\"");
    }

    [Fact]
    public async Task Etag_OfAKey_CountsItsWritesWhereTheStoreDoes()
    {
        string key = NewKey();
        List<string> etags = [];
        for (int version = 1; version <= 12; version++)
        {
            (await SaveAsync(key, Number(version), etags.LastOrDefault(), "first-write")).IsNoContent();
            etags.Add((await GetAsync(key)).ETag);
        }

        if (Target.EtagsCount) Assert.Equal(Enumerable.Range(1, 12).Select(Number), etags);
        else Assert.Equal(12, etags.Distinct().Count());
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
    public async Task Save_EtagForAMissingKey_Is409OrNotLookedAt(string etag)
    {
        string key = NewKey();
        await IsRefusedForAMissingKeyAsync(key, await SaveAsync(key, "\"x\"", etag));
    }

    [Fact]
    public async Task Save_EtagOfADeletedKey_Is409OrNotLookedAt()
    {
        string key = NewKey();
        string etag = await SavedEtagAsync(key);
        (await Sidecar.DeleteAsync($"{Store}/{key}")).IsNoContent();
        await IsRefusedForAMissingKeyAsync(key, await SaveAsync(key, "\"x\"", etag));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task FirstWrite_Twice_OnlyCreates(string? etag)
    {
        string key = NewKey();
        (await SaveAsync(key, "\"a\"", etag, "first-write")).IsNoContent();
        Answer again = await SaveAsync(key, "\"b\"", etag, "first-write");
        Assert.Equal((Target.FirstWriteRefusal, "ERR_STATE_SAVE"), ((int)again.Status, again.ErrorCode));
        await HoldsAsync(key, "\"a\"");
    }

    [Fact]
    public async Task FirstWrite_OfAKeyMadeWithoutIt_IsTheStoresChoice()
    {
        string key = NewKey();
        (await SaveAsync(key, "\"a\"")).IsNoContent();
        Answer answer = await SaveAsync(key, "\"b\"", concurrency: "first-write");
        Assert.Equal(Target.FirstWriteOnlyCreates ? Target.FirstWriteRefusal : 204, (int)answer.Status);
        await HoldsAsync(key, Target.FirstWriteOnlyCreates ? "\"a\"" : "\"b\"");
    }

    [Fact]
    public async Task LastWrite_WithoutEtag_Overwrites()
    {
        string key = NewKey();
        (await SaveAsync(key, "\"a\"")).IsNoContent();
        (await SaveAsync(key, "\"b\"", concurrency: "last-write")).IsNoContent();
        await HoldsAsync(key, "\"b\"");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("last-write")]
    public async Task Save_OfAKeyMadeByFirstWriteWithoutEtag_IsTheStoresChoice(string? concurrency)
    {
        string key = NewKey();
        (await SaveAsync(key, "\"a\"", concurrency: "first-write")).IsNoContent();
        Answer answer = await SaveAsync(key, "\"b\"", concurrency: concurrency);
        Assert.Equal(Target.FirstWriteOnlyCreates ? 204 : Target.FirstWriteRefusal, (int)answer.Status);
        await HoldsAsync(key, Target.FirstWriteOnlyCreates ? "\"b\"" : "\"a\"");
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
        Answer answer = await Sidecar.DeleteAsync($"{Store}/{key}", ("If-Match", stale));
        Assert.Equal((HttpStatusCode.Conflict, "ERR_STATE_DELETE"), (answer.Status, answer.ErrorCode));
        Assert.StartsWith($"failed deleting state with key {key}: possible etag mismatch. error from state store", answer.Message, StringComparison.Ordinal);
        Answer unreadable = await Sidecar.DeleteAsync($"{Store}/{key}", ("If-Match", "garbage"));
        Assert.Equal((Target.UnreadableEtagStatusOfDelete, "ERR_STATE_DELETE"), ((int)unreadable.Status, unreadable.ErrorCode));
        await HoldsAsync(key, "\"v2\"");
        (await Sidecar.DeleteAsync($"{Store}/{key}", ("If-Match", current))).IsNoContent();
        await IsMissingAsync(key);
    }

    [Fact]
    public async Task Delete_EtagInQuotes_IsAnotherOneOrTheStoresChoice()
    {
        string key = NewKey();
        string etag = await SavedEtagAsync(key);
        Answer answer = await Sidecar.DeleteAsync($"{Store}/{key}", ("If-Match", $"\"{etag}\""));
        Assert.Equal(Target.QuotedEtagIsAnother ? Target.UnreadableEtagStatusOfDelete : 204, (int)answer.Status);
        Assert.Equal(Target.QuotedEtagIsAnother ? HttpStatusCode.OK : HttpStatusCode.NoContent, (await GetAsync(key)).Status);
    }

    [Fact]
    public async Task Delete_EtagForAMissingKey_Is409OrNotLookedAt()
    {
        Answer answer = await Sidecar.DeleteAsync($"{Store}/{NewKey()}", ("If-Match", "1"));
        if (!Target.MissingKeyHasNoEtag) answer.IsNoContent();
        else Assert.Equal((HttpStatusCode.Conflict, "ERR_STATE_DELETE"), (answer.Status, answer.ErrorCode));
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

    private async Task IsRefusedForAMissingKeyAsync(string key, Answer answer)
    {
        if (Target.MissingKeyHasNoEtag)
        {
            IsConflict(answer);
            await IsMissingAsync(key);
        }
        else
        {
            answer.IsNoContent();
            await HoldsAsync(key, "\"x\"");
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static void IsConflict(Answer answer)
    {
        Assert.Equal((HttpStatusCode.Conflict, "ERR_STATE_SAVE"), (answer.Status, answer.ErrorCode));
        Assert.StartsWith(Mismatch, answer.Message, StringComparison.Ordinal);
    }
}
