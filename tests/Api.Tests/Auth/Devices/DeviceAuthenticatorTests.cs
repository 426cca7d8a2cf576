using System.Net;
using Gateway.Api.Auth.Devices;
using Gateway.Api.Tests.RateLimits;
using Gateway.TestKit;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Tests.Auth.Devices;

public sealed class DeviceAuthenticatorTests : IDisposable
{
    private const string Device = "pi-1";
    private const string Secret = "a secret of 32 characters or more";

    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");

    private readonly ManualTimeProvider time = new();
    private readonly FakeDeviceStore store = new();
    private readonly CountingSecretCheck secrets = new();
    private readonly CapturedLog log = new();
    private readonly FakeRateCounts counts = new();
    private readonly List<CountingReplica> replicas = [];
    private readonly DeviceAuthenticator authenticator;

    public DeviceAuthenticatorTests()
    {
        store.Put(Device, Secret);
        authenticator = NewReplica(AtOnce());
    }

    public void Dispose()
    {
        log.Dispose();
        replicas.ForEach(replica => replica.Dispose());
    }

    [Fact]
    public async Task RightSecret_IsOk() => Assert.Equal(DeviceAuthOutcome.Ok, await Try(Device, Secret));

    [Theory]
    [InlineData("Suspended")]
    [InlineData("Inactive")]
    public async Task RightSecretOfADeviceThatMayNotWork_SaysSo(string access)
    {
        store.SetAccess(Device, Enum.Parse<DeviceAccess>(access));
        Assert.Equal(access, (await Try(Device, Secret)).ToString());
    }

    [Fact]
    public async Task WrongSecretOfASuspendedDevice_TellsNothing()
    {
        store.SetAccess(Device, DeviceAccess.Suspended);
        Assert.Equal(DeviceAuthOutcome.InvalidCredentials, await Try(Device, "wrong"));
    }

    [Theory]
    [InlineData("pi-2")]
    [InlineData("PI-1")]
    [InlineData("")]
    [InlineData("pi-1\0")]
    [InlineData("pi-1' OR 1=1 --")]
    public async Task UnknownDevice_IsAnsweredLikeAWrongSecret(string deviceId)
    {
        Assert.Equal(await authenticator.AuthenticateAsync(Device, "wrong", null, default), await authenticator.AuthenticateAsync(deviceId, Secret, null, default));

        // The same work: both asked the store once and made one comparison, and both count.
        Assert.Equal(2, store.CredentialReads);
        Assert.Equal(2, secrets.Checks);
        for (var i = 0; i < 9; i++) await Try(deviceId, Secret);
        Assert.Equal(DeviceAuthOutcome.TooManyAttempts, await Try(deviceId, Secret));
    }

    [Theory]
    [InlineData(Device)]
    [InlineData("pi-2")]
    [InlineData("no id at all")]
    public async Task WrongSecret_KnownDeviceOrNot_IsAnsweredAtAFixedTimeFromTheStart(string deviceId)
    {
        var replica = NewReplica(new DeviceAuthOptions());
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Hold = hold.Task;
        var attempt = replica.AuthenticateAsync(deviceId, "wrong", Here, default).AsTask();

        // However long the store takes of it.
        time.Advance(TimeSpan.FromMilliseconds(10));
        hold.SetResult();
        await Wait(() => secrets.Checks == 1);
        time.Advance(TimeSpan.FromMilliseconds(14));
        Assert.False(attempt.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(DeviceAuthOutcome.InvalidCredentials, (await attempt).Outcome);
    }

    [Fact]
    public async Task RightSecret_WaitsForNothing()
    {
        var attempt = NewReplica(new DeviceAuthOptions()).AuthenticateAsync(Device, Secret, Here, default).AsTask();
        Assert.Equal(DeviceAuthOutcome.Ok, (await attempt.WaitAsync(TimeSpan.FromSeconds(10))).Outcome);
    }

    [Fact]
    public async Task TenWrongSecretsInAMinute_CloseTheDeviceUntilTheMinuteEnds()
    {
        time.Advance(TimeSpan.FromSeconds(15));
        for (var i = 0; i < 10; i++) Assert.Equal(DeviceAuthOutcome.InvalidCredentials, await Try(Device, $"wrong {i}"));

        // Not looked at any more, right or wrong.
        var reads = store.CredentialReads;
        var refused = await authenticator.AuthenticateAsync(Device, Secret, null, CancellationToken.None);
        Assert.Equal(new DeviceAuthResult(DeviceAuthOutcome.TooManyAttempts, TimeSpan.FromSeconds(45)), refused);
        Assert.Equal(reads, store.CredentialReads);

        time.Advance(refused.RetryAfter!.Value);
        Assert.Equal(DeviceAuthOutcome.Ok, await Try(Device, Secret));
    }

    [Fact]
    public async Task TenWrongSecretsOfOneDevice_DoNotAffectAnother()
    {
        store.Put("pi-2", Secret);
        for (var i = 0; i < 20; i++) await Try(Device, "wrong", Here);
        Assert.Equal(DeviceAuthOutcome.Ok, await Try("pi-2", Secret, Here));
        Assert.Equal(DeviceAuthOutcome.TooManyAttempts, await Try(Device, Secret, Here));
    }

    [Fact]
    public async Task WrongSecrets_AtSeveralReplicas_CountTogether()
    {
        var other = NewReplica(AtOnce());
        for (var i = 0; i < 6; i++) await Try(Device, "wrong", Here);
        for (var i = 0; i < 4; i++) await other.AuthenticateAsync(Device, "wrong", Here, default);
        foreach (var replica in replicas) await replica.ExchangeAsync();
        Assert.Equal(DeviceAuthOutcome.TooManyAttempts, (await other.AuthenticateAsync(Device, Secret, Here, default)).Outcome);

        // The address too: 100 over both.
        for (var i = 0; i < 45; i++) await Try($"made-up-{i}", "wrong", Here);
        for (var i = 45; i < 90; i++) await other.AuthenticateAsync($"made-up-{i}", "wrong", Here, default);
        foreach (var replica in replicas) await replica.ExchangeAsync();
        Assert.Equal(DeviceAuthOutcome.TooManyAttempts, (await other.AuthenticateAsync("pi-2", Secret, Here, default)).Outcome);
        Assert.Equal(DeviceAuthOutcome.InvalidCredentials, (await other.AuthenticateAsync("pi-2", Secret, IPAddress.Parse("192.0.2.2"), default)).Outcome);
    }

    [Fact]
    public async Task RightSecrets_AreNeverTooMany()
    {
        for (var i = 0; i < 500; i++) Assert.Equal(DeviceAuthOutcome.Ok, await Try(Device, Secret, Here));
    }

    [Fact]
    public async Task WrongSecretsAllAtOnce_SeeNoMoreThanTen()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Hold = hold.Task;
        var attempts = Enumerable.Range(0, 100).Select(i => Try(Device, $"wrong {i}")).ToArray();
        hold.SetResult();
        var outcomes = await Task.WhenAll(attempts);
        Assert.Equal(10, outcomes.Count(outcome => outcome == DeviceAuthOutcome.InvalidCredentials));
        Assert.Equal(90, outcomes.Count(outcome => outcome == DeviceAuthOutcome.TooManyAttempts));
    }

    [Fact]
    public async Task HundredWrongSecretsFromOneAddress_CloseTheAddressWhateverTheIds()
    {
        for (var i = 0; i < 100; i++) Assert.Equal(DeviceAuthOutcome.InvalidCredentials, await Try($"made-up-{i}", "wrong", Here));
        var refused = await authenticator.AuthenticateAsync(Device, Secret, Here, CancellationToken.None);
        Assert.Equal(new DeviceAuthResult(DeviceAuthOutcome.TooManyAttempts, TimeSpan.FromMinutes(1)), refused);

        Assert.Equal(DeviceAuthOutcome.Ok, await Try(Device, Secret, IPAddress.Parse("192.0.2.2")));
        Assert.Equal(DeviceAuthOutcome.Ok, await Try(Device, Secret));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(DeviceAuthOutcome.Ok, await Try(Device, Secret, Here));
    }

    [Theory]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    public async Task Addresses_OfOneNetwork_CountTogether(string one, string other, bool together)
    {
        for (var i = 0; i < 100; i++) await Try($"made-up-{i}", "wrong", IPAddress.Parse(one));
        var expected = together ? DeviceAuthOutcome.TooManyAttempts : DeviceAuthOutcome.Ok;
        Assert.Equal(expected, await Try(Device, Secret, IPAddress.Parse(other)));
    }

    [Fact]
    public async Task ManyDevicesBehindOneAddressAtOnce_AllGetIn()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Hold = hold.Task;
        for (var i = 0; i < 500; i++) store.Put($"fleet-{i}", Secret);
        var attempts = Enumerable.Range(0, 500).Select(i => Try($"fleet-{i}", Secret, Here)).ToArray();
        hold.SetResult();
        Assert.All(await Task.WhenAll(attempts), outcome => Assert.Equal(DeviceAuthOutcome.Ok, outcome));
    }

    [Fact]
    public async Task AddressLimitOff_LeavesTheDeviceLimit()
    {
        var replica = NewReplica(AtOnce(wrongSecretsPerAddress: 0));
        for (var i = 0; i < 200; i++)
            Assert.Equal(DeviceAuthOutcome.InvalidCredentials, (await replica.AuthenticateAsync($"made-up-{i}", "wrong", Here, default)).Outcome);
        for (var i = 0; i < 9; i++) await replica.AuthenticateAsync("made-up-0", "wrong", Here, default);
        Assert.Equal(DeviceAuthOutcome.TooManyAttempts, (await replica.AuthenticateAsync("made-up-0", "wrong", Here, default)).Outcome);
    }

    [Fact]
    public async Task StoreDown_IsUnavailableAndCountsForNobody()
    {
        store.IsDown = true;
        for (var i = 0; i < 200; i++) Assert.Equal(DeviceAuthOutcome.Unavailable, await Try(Device, Secret, Here));
        store.IsDown = false;
        Assert.Equal(DeviceAuthOutcome.Ok, await Try(Device, Secret, Here));
        Assert.DoesNotContain(log.Texts, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task CallerThatGoesAway_LeavesNoFailedAttempt()
    {
        store.Hold = new TaskCompletionSource().Task;
        using var gone = new CancellationTokenSource();
        var attempts = Enumerable.Range(0, 10).Select(_ => authenticator.AuthenticateAsync(Device, Secret, Here, gone.Token).AsTask()).ToArray();
        await gone.CancelAsync();
        foreach (var attempt in attempts) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt);

        store.Hold = Task.CompletedTask;
        Assert.Equal(DeviceAuthOutcome.Ok, await Try(Device, Secret, Here));
    }

    private DeviceAuthenticator NewReplica(DeviceAuthOptions options)
    {
        replicas.Add(new CountingReplica(counts, time));
        var attempts = new FailedAttempts(Options.Create(options), replicas[^1].Counters, time);
        return new(store, secrets, attempts, Options.Create(options), time, log.For<DeviceAuthenticator>());
    }

    /// <summary>Settings under which nothing waits.</summary>
    private static DeviceAuthOptions AtOnce(int wrongSecretsPerAddress = 100) =>
        new() { WrongSecretDelay = TimeSpan.Zero, WrongSecretsPerAddress = wrongSecretsPerAddress };

    private static async Task Wait(Func<bool> until)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!until())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task<DeviceAuthOutcome> Try(string deviceId, string secret, IPAddress? address = null) =>
        (await authenticator.AuthenticateAsync(deviceId, secret, address, CancellationToken.None)).Outcome;
}
