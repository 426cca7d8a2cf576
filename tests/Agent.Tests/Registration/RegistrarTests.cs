using Gateway.Agent.Credentials;
using Gateway.Agent.Registration;
using Gateway.Agent.Tests.Scripted;
using Gateway.Agent.Transport;

namespace Gateway.Agent.Tests.Registration;

public sealed class RegistrarTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly RecordedLog log = new();
    private readonly CredentialsFile file;

    public RegistrarTests() => file = new CredentialsFile(folder["home/credentials.json"]);

    public void Dispose() => folder.Dispose();

    private async Task<RegistrationOutcome> RegisterAsync(
        string server, string device = ScriptedGateway.DeviceId, string code = ScriptedGateway.Code)
    {
        using var client = new GatewayClient(server, TimeProvider.System, log);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20));
        return await new Registrar(file, client, backoff, TimeProvider.System, log)
            .RegisterAsync(new RegistrationRequest(server, device, code, null, null), CancellationToken.None);
    }

    [Fact]
    public async Task Register_ValidCode_KeepsItsOwnSecretInAFileForThisUserAlone()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        RegistrationOutcome outcome = await RegisterAsync(gateway.Url);

        Assert.False(outcome.AlreadyKnown);
        Assert.Equal(outcome.Credentials, file.TryRead());
        Assert.Equal(43, outcome.Credentials.DeviceSecret.Length);
        Assert.Equal(gateway.Secret, outcome.Credentials.DeviceSecret);
        Assert.Equal(RegistrationState.Registered, outcome.Credentials.State);
        Assert.Equal("customer-1", outcome.Credentials.CustomerId);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
        Assert.Equal([file.Path], Directory.GetFiles(folder["home"]));
        Assert.DoesNotContain(gateway.Secret!, outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_GatewayAnswersWithASecret_KeepsThatOne()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.AnswersWithSecret = true;
        await RegisterAsync(gateway.Url);

        Assert.Equal(gateway.Secret, file.TryRead()!.DeviceSecret);
    }

    [Fact]
    public async Task Register_AnswerLost_FindsOutThatTheGatewayHasItsSecret()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("register", new Fault.DropAfter());
        RegistrationOutcome outcome = await RegisterAsync(gateway.Url);

        Assert.True(outcome.AlreadyKnown);
        Assert.Equal(1, gateway.Count("register 409"));
        Assert.Equal(gateway.Secret, file.TryRead()!.DeviceSecret);
        Assert.Equal(RegistrationState.Registered, file.TryRead()!.State);
    }

    [Fact]
    public async Task Register_AnswerLostAndCommandRepeated_UsesTheSecretThatWasSent()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("register", [new Fault.DropAfter(), .. Enumerable.Repeat<Fault>(new Fault.DropBefore(), 5)]);
        AgentException told = await Assert.ThrowsAsync<AgentException>(() => RegisterAsync(gateway.Url));
        Assert.Contains("Run the same command again", told.Message, StringComparison.Ordinal);
        Assert.Equal(RegistrationState.Pending, file.TryRead()!.State);

        // Some gateways call a code that was used an invalid one.
        gateway.Misbehave("register", new Fault.Status(401));
        Assert.True((await RegisterAsync(gateway.Url)).AlreadyKnown);
        Assert.Equal(gateway.Secret, file.TryRead()!.DeviceSecret);
    }

    [Theory]
    [InlineData("pi-2", ScriptedGateway.Code, "does not know device pi-2")]
    [InlineData(ScriptedGateway.DeviceId, "WRONG", "The activation code is not valid")]
    public async Task Register_Refused_SaysWhyAndLeavesNoFile(string device, string code, string says)
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        AgentException told = await Assert.ThrowsAsync<AgentException>(() => RegisterAsync(gateway.Url, device, code));

        Assert.Contains(says, told.Message, StringComparison.Ordinal);
        Assert.Null(file.TryRead());
    }

    [Fact]
    public async Task Register_DeviceRegisteredFromElsewhere_SaysThatItsSecretIsAnother()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Secret = new string('z', 43);

        Assert.Contains("with another secret", (await Assert.ThrowsAsync<AgentException>(() => RegisterAsync(gateway.Url))).Message, StringComparison.Ordinal);
        Assert.Null(file.TryRead());
    }

    [Fact]
    public async Task Register_GatewayInTroubleForAWhile_Succeeds()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("register", new Fault.Status(503), new Fault.DropBefore(), new Fault.Status(429, "0"), new Fault.WebPage());

        Assert.False((await RegisterAsync(gateway.Url)).AlreadyKnown);
    }

    [Fact]
    public async Task Register_Repeated_ChecksTheSecretAndSucceeds()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        await RegisterAsync(gateway.Url);

        Assert.True((await RegisterAsync(gateway.Url)).AlreadyKnown);
        Assert.Single(gateway.Registrations);
    }

    [Fact]
    public async Task Register_GatewayHasLostTheDevice_RegistersAnew()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        await RegisterAsync(gateway.Url);
        gateway.Secret = null;

        Assert.False((await RegisterAsync(gateway.Url)).AlreadyKnown);
        Assert.Equal(gateway.Secret, file.TryRead()!.DeviceSecret);
    }

    [Fact]
    public async Task Register_FileOfAnotherDevice_IsNotTouched()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        await RegisterAsync(gateway.Url);
        byte[] before = await File.ReadAllBytesAsync(file.Path);
        AgentException told = await Assert.ThrowsAsync<AgentException>(() => RegisterAsync(gateway.Url, "pi-2"));

        Assert.Contains("already holds pi-1", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Secret!, told.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(file.Path));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("{\"server\":null,\"deviceId\":\"a\",\"deviceSecret\":\"b\",\"state\":\"registered\"}")]
    public async Task Register_FileIsSomethingElse_IsNotTouched(string content)
    {
        file.Write(new DeviceCredentials("http://localhost", "a", "b", RegistrationState.Pending));
        await File.WriteAllTextAsync(file.Path, content);

        Assert.Contains("is not a credentials file", (await Assert.ThrowsAsync<AgentException>(() => RegisterAsync("http://localhost:1"))).Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(file.Path));
    }
}
