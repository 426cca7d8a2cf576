using Gateway.Core.Devices;
using Gateway.Storage.Devices;
using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.Devices;

public abstract class DeviceStoreTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task Provision_NewDevice_IsFoundAsItWasGiven()
    {
        var outcome = await Store.Devices.ProvisionAsync(
            new("pi-1", "alice", "Küche 🍳 \"it's\"", "Shelf; drop table devices --", "code", Now.AddDays(1)), Now, Token);

        Assert.Equal(ProvisionOutcome.Created, outcome);
        Assert.Equal(
            new Device
            {
                Id = "pi-1",
                CustomerId = "alice",
                Name = "Küche 🍳 \"it's\"",
                Location = "Shelf; drop table devices --",
                Lifecycle = DeviceLifecycle.Provisioned,
                CreatedAt = Now,
                Presence = Presence.Never,
            },
            await Store.Devices.FindAsync("pi-1", Token));
    }

    [Fact]
    public async Task Provision_TextThatNoColumnHolds_IsStoredWithReplacements()
    {
        await ProvisionAsync("pi-1", name: "a\0b\ud800c");

        Assert.Equal("a\ufffdb\ufffdc", (await Store.Devices.FindAsync("pi-1", Token))!.Name);
    }

    [Fact]
    public async Task Find_UnknownDevice_IsNull() => Assert.Null(await Store.Devices.FindAsync("nobody", Token));

    [Theory]
    [InlineData("alice")]
    [InlineData("mallory")]
    public async Task Provision_IdThatIsTaken_ChangesNothing(string customer)
    {
        await ProvisionAsync("pi-1", "alice", "first");

        var outcome = await Store.Devices.ProvisionAsync(new("pi-1", customer, "second", null, "other", Now.AddDays(1)), Now, Token);

        Assert.Equal(ProvisionOutcome.AlreadyExists, outcome);
        var device = await Store.Devices.FindAsync("pi-1", Token);
        Assert.Equal(("alice", "first"), (device!.CustomerId, device.Name));
        Assert.Equal(RegistrationOutcome.WrongCode, await TryAsync("pi-1", "other", "secret"));
        Assert.Equal(RegistrationOutcome.Registered, await TryAsync("pi-1", "code", "secret"));
    }

    [Fact]
    public async Task Provision_ExpiredCodeAndSameCustomer_GivesNewCode()
    {
        await ProvisionAsync("pi-1", name: "first", code: "old");
        Time.Advance(TimeSpan.FromDays(1));

        await ProvisionAsync("pi-1", name: "second", code: "new");

        Assert.Equal("second", (await Store.Devices.FindAsync("pi-1", Token))!.Name);
        Assert.Equal(RegistrationOutcome.WrongCode, await TryAsync("pi-1", "old", "secret"));
        Assert.Equal(RegistrationOutcome.Registered, await TryAsync("pi-1", "new", "secret"));
    }

    [Fact]
    public async Task Provision_ExpiredCodeAndOtherCustomer_AlreadyExists()
    {
        await ProvisionAsync("pi-1", "alice");
        Time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(
            ProvisionOutcome.AlreadyExists,
            await Store.Devices.ProvisionAsync(new("pi-1", "mallory", null, null, "code", Now.AddDays(1)), Now, Token));
    }

    [Fact]
    public async Task Provision_RegisteredDevice_AlreadyExistsForever()
    {
        await RegisterAsync("pi-1");
        Time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(
            ProvisionOutcome.AlreadyExists,
            await Store.Devices.ProvisionAsync(new("pi-1", "alice", null, null, "new", Now.AddDays(1)), Now, Token));
    }

    [Fact]
    public async Task Provision_SameIdAtOnce_OneIsCreated()
    {
        var replicas = new[] { Store, Replica() };
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() => replicas[i % 2].Devices
            .ProvisionAsync(new("pi-1", "customer-" + i, null, null, "code", Now.AddDays(1)), Now, Token))));

        Assert.Single(outcomes, ProvisionOutcome.Created);
    }

    [Fact]
    public async Task Register_RightCode_AnswersTheActiveDevice()
    {
        await ProvisionAsync("pi-1", "alice", "Kitchen");
        Time.Advance(TimeSpan.FromHours(1));

        var registration = await Store.Devices.RegisterAsync(new("pi-1", "code", "secret", "Berlin", "Pi 5"), Now, Token);

        Assert.Equal(RegistrationOutcome.Registered, registration.Outcome);
        Assert.Equal(
            new Device
            {
                Id = "pi-1",
                CustomerId = "alice",
                Name = "Kitchen",
                Location = "Berlin",
                Model = "Pi 5",
                Lifecycle = DeviceLifecycle.Active,
                CreatedAt = Now.AddHours(-1),
                RegisteredAt = Now,
                Presence = Presence.Never,
            },
            registration.Device);
        Assert.Equal(registration.Device, await Store.Devices.FindAsync("pi-1", Token));
    }

    [Fact]
    public async Task Register_WithoutMetadata_KeepsWhatWasProvisioned()
    {
        await Store.Devices.ProvisionAsync(new("pi-1", "alice", null, "Shelf", "code", Now.AddDays(1)), Now, Token);

        var registration = await Store.Devices.RegisterAsync(new("pi-1", "code", "secret", null, null), Now, Token);

        Assert.Equal(("Shelf", null), (registration.Device!.Location, registration.Device.Model));
    }

    [Fact]
    public async Task Register_UnknownDevice_NotProvisioned() =>
        Assert.Equal(RegistrationOutcome.NotProvisioned, await TryAsync("nobody", "code", "secret"));

    [Fact]
    public async Task Register_WrongCode_LeavesTheCodeGood()
    {
        await ProvisionAsync("pi-1");

        Assert.Equal(RegistrationOutcome.WrongCode, await TryAsync("pi-1", "wrong", "secret"));
        Assert.Equal(RegistrationOutcome.Registered, await TryAsync("pi-1", "code", "secret"));
    }

    [Fact]
    public async Task Register_CodeOfTwentyFourHours_IsGoodUntilThenAndNotAfter()
    {
        await ProvisionAsync("in-time");
        await ProvisionAsync("too-late");
        Time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(RegistrationOutcome.Registered, await TryAsync("in-time", "code", "secret"));
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(RegistrationOutcome.CodeExpired, await TryAsync("too-late", "code", "secret"));
        // Who guesses does not learn that the code is old.
        Assert.Equal(RegistrationOutcome.WrongCode, await TryAsync("too-late", "guess", "secret"));
    }

    [Theory]
    [InlineData("code", "secret")]
    [InlineData("code", "other")]
    [InlineData("wrong", "secret")]
    public async Task Register_Again_AlreadyRegisteredAndTheSecretStays(string code, string secret)
    {
        await RegisterAsync("pi-1");

        Assert.Equal(RegistrationOutcome.AlreadyRegistered, await TryAsync("pi-1", code, secret));
        Assert.Equal(new DeviceSecret("secret", DeviceLifecycle.Active), await Store.Credentials.FindSecretAsync("pi-1", Token));
    }

    [Fact]
    public async Task Register_SixtyFourAtOnceOnTwoReplicas_ExactlyOneWins()
    {
        await ProvisionAsync("pi-1");
        var replicas = new[] { Store, Replica() };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
            (Secret: "secret-" + i, await replicas[i % 2].Devices.RegisterAsync(new("pi-1", "code", "secret-" + i, null, null), Now, Token)))));

        var winner = Assert.Single(outcomes, outcome => outcome.Item2.Outcome == RegistrationOutcome.Registered);
        Assert.All(outcomes.Where(outcome => outcome != winner),
            loser => Assert.Equal(RegistrationOutcome.AlreadyRegistered, loser.Item2.Outcome));
        Assert.Equal(winner.Secret, (await Store.Credentials.FindSecretAsync("pi-1", Token))!.SecretHash);
    }

    [Fact]
    public async Task SetSuspended_ActiveDevice_IsLockedOutAndLetInAgain()
    {
        await RegisterAsync("pi-1");

        Assert.Equal(DeviceLifecycle.Suspended, (await Store.Devices.SetSuspendedAsync("pi-1", true, Token))!.Lifecycle);
        Assert.Equal(DeviceLifecycle.Suspended, (await Store.Credentials.FindSecretAsync("pi-1", Token))!.Lifecycle);
        Assert.Equal(DeviceLifecycle.Active, (await Store.Devices.SetSuspendedAsync("pi-1", false, Token))!.Lifecycle);
    }

    [Fact]
    public async Task SetSuspended_DeviceThatNeverRegistered_MayNotRegisterUntilItEnds()
    {
        await ProvisionAsync("pi-1");
        await Store.Devices.SetSuspendedAsync("pi-1", true, Token);

        Assert.Equal(RegistrationOutcome.Suspended, await TryAsync("pi-1", "code", "secret"));
        Assert.Equal(DeviceLifecycle.Provisioned, (await Store.Devices.SetSuspendedAsync("pi-1", false, Token))!.Lifecycle);
        Assert.Equal(RegistrationOutcome.Registered, await TryAsync("pi-1", "code", "secret"));
    }

    [Fact]
    public async Task SetSuspended_UnknownDevice_IsNull() => Assert.Null(await Store.Devices.SetSuspendedAsync("nobody", true, Token));

    [Fact]
    public async Task Reprovision_ActiveDevice_MustRegisterWithTheNewCode()
    {
        await RegisterAsync("pi-1", name: "Kitchen");

        Assert.Equal(ReprovisionOutcome.Reprovisioned, await Store.Devices.ReprovisionAsync("pi-1", "alice", "new", Now.AddDays(1), Token));

        var device = await Store.Devices.FindAsync("pi-1", Token);
        Assert.Equal((DeviceLifecycle.Provisioned, null, "Kitchen"), (device!.Lifecycle, device.RegisteredAt, device.Name));
        Assert.Null(await Store.Credentials.FindSecretAsync("pi-1", Token));
        Assert.Equal(RegistrationOutcome.WrongCode, await TryAsync("pi-1", "code", "secret"));
        Assert.Equal(RegistrationOutcome.Registered, await TryAsync("pi-1", "new", "other"));
        Assert.Equal("other", (await Store.Credentials.FindSecretAsync("pi-1", Token))!.SecretHash);
    }

    [Fact]
    public async Task Reprovision_DeviceOfSomebodyElseOrNobody_NotFound()
    {
        await RegisterAsync("pi-1");

        Assert.Equal(ReprovisionOutcome.NotFound, await Store.Devices.ReprovisionAsync("pi-1", "mallory", "new", Now.AddDays(1), Token));
        Assert.Equal(ReprovisionOutcome.NotFound, await Store.Devices.ReprovisionAsync("nobody", "alice", "new", Now.AddDays(1), Token));
        Assert.NotNull(await Store.Credentials.FindSecretAsync("pi-1", Token));
    }

    [Fact]
    public async Task Reprovision_SuspendedDevice_StaysSuspended()
    {
        await RegisterAsync("pi-1");
        await Store.Devices.SetSuspendedAsync("pi-1", true, Token);

        Assert.Equal(ReprovisionOutcome.Suspended, await Store.Devices.ReprovisionAsync("pi-1", "alice", "new", Now.AddDays(1), Token));
        Assert.Equal(RegistrationOutcome.AlreadyRegistered, await TryAsync("pi-1", "new", "other"));
    }

    private async Task<RegistrationOutcome> TryAsync(string id, string code, string secret) =>
        (await Store.Devices.RegisterAsync(new(id, code, secret, null, null), Now, Token)).Outcome;
}

public sealed class DeviceStoreOnSqlite() : DeviceStoreTests(SqliteDatabases.Instance);

public sealed class DeviceStoreOnPostgres(PostgresDatabases postgres) : DeviceStoreTests(postgres);
