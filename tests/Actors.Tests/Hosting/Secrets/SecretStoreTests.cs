using Dapr.Client;
using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Secrets;
using Gateway.Actors.Tests.Fakes;
using Gateway.Api.Tests.Auth;
using Gateway.TestKit;

namespace Gateway.Actors.Tests.Hosting.Secrets;

/// <summary>What is read from which kind of store, and what a start does when nobody answers.</summary>
public sealed class SecretStoreTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Wanted = ["SUPABASE_URL", "ORCH_ADMIN_TOKEN"];

    private readonly ManualTimeProvider time = new();
    private readonly CapturedLog log = new();
    private ScriptedStore store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => store = await ScriptedStore.StartAsync();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Theory]
    [InlineData("SUPABASE_URL", "https://a")]
    [InlineData("value", "https://a")]
    [InlineData("SUPABASE_URL", "")]
    public async Task Secret_OfItsOwnName_IsTakenUnlessEmpty(string key, string value)
    {
        store.Secrets["SUPABASE_URL"] = new() { [key] = value };

        var found = await ReadAsync();

        Assert.Equal(value.Length == 0 ? [] : [KeyValuePair.Create("SUPABASE_URL", value)], found);
        Assert.DoesNotContain("https://a", string.Join('\n', log.Texts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnKubernetes_KeysOfOneSecret_AreTaken()
    {
        store.Type = "secretstores.kubernetes";
        store.Secrets["gateway-secrets"] = new() { ["ORCH_ADMIN_TOKEN"] = "t", ["JWT_SECRET_KEY"] = "not asked for" };

        Assert.Equal([KeyValuePair.Create("ORCH_ADMIN_TOKEN", "t")], await ReadAsync());
    }

    [Theory]
    [InlineData("access denied by policy to get \"SUPABASE_URL\" from \"secrets\"")]
    [InlineData("secrets \"gateway-secrets\" is forbidden: User \"system:serviceaccount:gateway:gateway-actors\" cannot get resource")]
    [InlineData("getSecret SUPABASE_URL failed secret key or version not exist")]
    [InlineData("couldn't get secret: ParameterNotFound: ")]
    [InlineData("couldn't get secret: ResourceNotFoundException: Secrets Manager can't find the specified secret.")]
    [InlineData("rpc error: code = NotFound desc = Secret [projects/p/secrets/SUPABASE_URL] not found or has no versions.")]
    public async Task Secret_ThatTheStoreHasNotOrKeeps_IsNotFound(string said)
    {
        store.Failure = said;
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task NoStore_NothingIsFound()
    {
        store.Type = null;
        Assert.Empty(await ReadAsync());
        Assert.Equal(1, log.Count(3131));
    }

    [Fact]
    public async Task Sidecar_NotUpYet_IsWaitedFor()
    {
        store.IsUp = false;
        store.Secrets["SUPABASE_URL"] = new() { ["SUPABASE_URL"] = "https://a" };
        var reading = ReadAsync();
        await store.AskedAsync();

        store.IsUp = true;

        Assert.Single(await reading.WaitAsync(TimeSpan.FromSeconds(20), Token));
    }

    [Fact]
    public async Task Sidecar_NeverUp_TheStartFails()
    {
        store.IsUp = false;
        var reading = ReadAsync();
        await store.AskedAsync();
        time.Advance(Patience);

        var e = await Assert.ThrowsAsync<GatewayStartException>(() => reading.WaitAsync(TimeSpan.FromSeconds(20), Token));
        Assert.Contains("DAPR_HTTP_ENDPOINT", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_ThatFailsAtFirst_IsAskedAgain_WithOneWarning()
    {
        store.Failure = "dial tcp 10.0.0.7:8200: connect: connection refused";
        store.Secrets["SUPABASE_URL"] = new() { ["SUPABASE_URL"] = "https://a" };
        var reading = ReadAsync();
        await UntilItPausesAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        await UntilItPausesAsync();
        store.Failure = null;
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Single(await reading.WaitAsync(TimeSpan.FromSeconds(20), Token));
        Assert.Equal(1, log.Count(3132));
    }

    [Fact]
    public async Task Store_ThatKeepsFailing_TheStartFailsWithItsWords()
    {
        store.Failure = "dial tcp 10.0.0.7:8200: connect: connection refused";
        var reading = ReadAsync();
        await UntilItPausesAsync();
        time.Advance(Patience);

        var e = await Assert.ThrowsAsync<GatewayStartException>(() => reading.WaitAsync(TimeSpan.FromSeconds(20), Token));
        Assert.StartsWith("The secret store 'secrets' cannot be read: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("connection refused", e.Message, StringComparison.Ordinal);
    }

    /// <summary>One timer is its patience, the other the time until it asks again.</summary>
    private Task UntilItPausesAsync() => Eventually.UntilAsync(() => time.ArmedTimers == 2);

    private async Task<IReadOnlyDictionary<string, string>> ReadAsync()
    {
        using var dapr = new DaprClientBuilder().UseHttpEndpoint(store.Address.ToString()).Build();
        return await new SecretStore(dapr, time, log.For<SecretStore>()).ReadAsync(Wanted, Patience, Token);
    }
}
