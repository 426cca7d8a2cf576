using Gateway.Api.Auth.Devices;
using Gateway.Storage;
using Gateway.TestKit;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Tests.Auth.Devices;

public class DeviceTokensTests
{
    private const string Device = "pi-1";
    private const string Secret = "a secret of 32 characters or more";

    private readonly ManualTimeProvider time = new();
    private readonly FakeDeviceStore store = new();
    private readonly DeviceTokens here;
    private readonly DeviceTokens otherReplica;

    public DeviceTokensTests()
    {
        store.Put(Device, Secret);
        here = NewReplica();
        otherReplica = NewReplica();
    }

    [Fact]
    public async Task Issue_Token_IsOpaqueRandomAndGoodOnEveryReplica()
    {
        var issued = (await here.IssueAsync(Device, Secret, CancellationToken.None))!;
        Assert.Matches("^gdt_[A-Za-z0-9_-]{43}$", issued.Token);
        Assert.Equal(TimeSpan.FromHours(1), issued.ExpiresIn);
        Assert.NotEqual(issued.Token, await Issue());
        Assert.Equal(Device, (await here.VerifyAsync(issued.Token, CancellationToken.None))?.DeviceId);
        Assert.Equal("customer-1", (await otherReplica.VerifyAsync(issued.Token, CancellationToken.None))?.OwnerId);
    }

    [Fact]
    public async Task Issue_SecretNoLongerRight_GivesNone()
    {
        store.Revoke(Device);
        Assert.Null(await here.IssueAsync(Device, Secret, CancellationToken.None));
        store.Put(Device, "another secret, just as long as that");
        Assert.Null(await here.IssueAsync(Device, Secret, CancellationToken.None));
    }

    [Fact]
    public async Task Verify_Expiry_IsExactDespiteTheCache()
    {
        var token = await Issue();
        time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.True(await IsGood(here, token));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await IsGood(here, token));
    }

    [Theory]
    [InlineData("suspended")]
    [InlineData("provisioned anew")]
    public async Task Verify_DeviceLockedOutElsewhere_IsRefusedWithinFiveSecondsOnEveryReplica(string how)
    {
        var token = await Issue();
        Assert.True(await IsGood(here, token));
        Assert.True(await IsGood(otherReplica, token));

        if (how == "suspended") store.SetAccess(Device, DeviceAccess.Suspended);
        else store.Revoke(Device);

        // Busy all the time: use alone must not keep an answer fresh.
        for (var i = 0; i < 29; i++)
        {
            time.Advance(TimeSpan.FromSeconds(0.1));
            Assert.True(await IsGood(here, token));
        }

        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(await IsGood(here, token));
        Assert.False(await IsGood(otherReplica, token));
    }

    [Fact]
    public async Task Verify_DeviceLetInAgain_IsGoodAgain()
    {
        var token = await Issue();
        store.SetAccess(Device, DeviceAccess.Suspended);
        Assert.False(await IsGood(here, token));
        store.SetAccess(Device, DeviceAccess.Allowed);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(await IsGood(here, token));
    }

    [Fact]
    public async Task Verify_BusyDevice_ReadsTheStoreOnceInThreeSeconds()
    {
        var token = await Issue();
        for (var i = 0; i < 300; i++)
        {
            Assert.True(await IsGood(here, token));
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(10, store.TokenReads);
    }

    [Fact]
    public async Task Verify_UnknownToken_IsAskedForEachTime()
    {
        // Another replica may have issued it a moment ago.
        var token = DeviceTokenText.Create();
        Assert.False(await IsGood(here, token));
        Assert.False(await IsGood(here, token));
        Assert.Equal(2, store.TokenReads);
    }

    [Theory]
    [InlineData("")]
    [InlineData("gdt_")]
    [InlineData("x")]
    [InlineData("GDT_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("gdt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("gdt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("gdt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("gdt_' OR '1'='1' -- AAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Verify_TextThatNoTokenCanBe_IsRefusedWithoutTheStore(string text)
    {
        Assert.False(await IsGood(here, text));
        Assert.Equal(0, store.TokenReads);
    }

    [Fact]
    public async Task Verify_StoreDown_ThrowsUnlessTheAnswerIsKnown()
    {
        var token = await Issue();
        Assert.True(await IsGood(here, token));
        store.IsDown = true;
        Assert.True(await IsGood(here, token));
        time.Advance(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => IsGood(here, token));
    }

    [Fact]
    public void Cache_ManyTokens_StaysBounded()
    {
        var cache = new DeviceTokenCache(time);
        var record = new DeviceTokenRecord(Device, "customer-1", time.GetUtcNow().AddHours(1), DeviceAccess.Allowed, false);
        for (var i = 0; i < 3 * DeviceTokenCache.Capacity; i++) cache.Keep($"{i}", record, cache.Now);
        var held = Enumerable.Range(0, 3 * DeviceTokenCache.Capacity).Count(i => cache.Find($"{i}") is not null);
        Assert.InRange(held, DeviceTokenCache.Capacity / 2, DeviceTokenCache.Capacity);
        Assert.NotNull(cache.Find($"{(3 * DeviceTokenCache.Capacity) - 1}"));
    }

    private DeviceTokens NewReplica() => new(store, Options.Create(new DeviceAuthOptions()), time);

    private async Task<string> Issue() => (await here.IssueAsync(Device, Secret, CancellationToken.None))!.Token;

    private static async Task<bool> IsGood(DeviceTokens replica, string token) =>
        await replica.VerifyAsync(token, CancellationToken.None) is not null;
}
