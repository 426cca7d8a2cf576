using System.Net;

namespace Gateway.Api.Tests.Gateway;

public sealed class RegistrationTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string Provision = "/api/v1/customer/devices/provision", Register = "/api/v1/device/register", Auth = "/api/v1/device/auth";

    [Fact]
    public async Task Provision_NewDevice_AnswersACodeForADay()
    {
        var id = host.NewName("pi");
        var answer = (await host.NewCustomer().PostAsync(Provision, new { deviceId = id, name = "Attic", location = "Under the roof" }))
            .Is(HttpStatusCode.Created);

        Assert.Equal(id, answer.Text("device.id"));
        Assert.Matches("^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$", answer.Text("device.activationCode"));
        Assert.Equal("2026-01-02T00:00:00.000Z", answer.Text("device.expiresAt"));
        Assert.Contains(answer.Text("device.activationCode"), answer.Text("instructions"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provision_TakenId_Answers409ToItsOwnerAndToOthers()
    {
        var owner = host.NewCustomer();
        var id = host.NewName("pi");
        await owner.PostAsync(Provision, new { deviceId = id });

        (await owner.PostAsync(Provision, new { deviceId = id })).IsError(HttpStatusCode.Conflict, "CONFLICT");
        (await host.NewCustomer().PostAsync(Provision, new { deviceId = id })).IsError(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task Register_RightCode_AnswersTheDeviceAndItsSecretOnce()
    {
        var customer = host.NewCustomer();
        var (id, code) = await ProvisionAsync(customer);

        var answer = (await host.Anonymous.PostAsync(
            Register, new { deviceId = id, activationCode = code, metadata = new { location = "Cellar", model = "Pi 5" } })).Is(HttpStatusCode.OK);

        Assert.True(answer.Find("success")!.Value.GetBoolean());
        Assert.Equal(id, answer.Text("device.id"));
        Assert.Equal("active", answer.Text("device.status"));
        Assert.Equal(customer.Id, answer.Text("device.customerId"));
        Assert.Equal("2026-01-01T00:00:00.000Z", answer.Text("device.registeredAt"));
        Assert.Equal(43, answer.Text("deviceSecret").Length);
        var status = await customer.GetAsync($"/api/v1/customer/devices/{id}/status");
        Assert.Equal("Cellar", status.Text("device.location"));
        Assert.Equal("Pi 5", status.Text("device.model"));
    }

    [Fact]
    public async Task Register_CodeInOtherSpelling_IsTheSameCode()
    {
        var (id, code) = await ProvisionAsync(host.NewCustomer());
        var other = code.Replace("-", "", StringComparison.Ordinal).Replace('0', 'o').Replace('1', 'l').ToLowerInvariant();
        (await host.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = other })).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Register_OwnSecret_AuthenticatesByItAndIsNotAnswered()
    {
        var (id, code) = await ProvisionAsync(host.NewCustomer());
        var secret = new string('s', 32);
        var answer = (await host.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = code, deviceSecret = secret })).Is(HttpStatusCode.OK);

        Assert.Null(answer.Find("deviceSecret"));
        var token = (await host.Anonymous.PostAsync(Auth, new { deviceId = id, deviceSecret = secret })).Is(HttpStatusCode.OK);
        Assert.Equal(3600, token.Number("expiresIn"));
        Assert.Equal(id, token.Text("deviceId"));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(257)]
    public async Task Register_OwnSecretOfWrongLength_Answers400(int length)
    {
        var (id, code) = await ProvisionAsync(host.NewCustomer());
        (await host.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = code, deviceSecret = new string('s', length) }))
            .IsInvalid("deviceSecret");
    }

    [Fact]
    public async Task Register_WrongCode_Answers401AndLeavesTheRightOneGood()
    {
        var (id, code) = await ProvisionAsync(host.NewCustomer());
        var (_, others) = await ProvisionAsync(host.NewCustomer());
        (await host.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = others })).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        (await host.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = code })).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Register_UnknownDevice_Answers404() =>
        (await host.Anonymous.PostAsync(Register, new { deviceId = host.NewName("ghost"), activationCode = "AAAAA-AAAAA" }))
            .IsError(HttpStatusCode.NotFound, "NOT_FOUND");

    [Fact]
    public async Task Register_Again_Answers409()
    {
        var (id, code) = await ProvisionAsync(host.NewCustomer());
        await host.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = code });
        (await host.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = code })).IsError(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task Register_SameCodeAtOnce_CountsOnce()
    {
        var (id, code) = await ProvisionAsync(host.NewCustomer());
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            host.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = code })));
        Assert.Single(replies, reply => reply.Status == HttpStatusCode.OK);
        Assert.Equal(7, replies.Count(reply => reply.Status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Register_AfterADay_Answers401AndTheDeviceCanBeProvisionedAgain()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var provisioned = await customer.PostAsync(Provision, new { deviceId = "pi" });
        own.Time.Advance(TimeSpan.FromHours(24));

        (await own.Anonymous.PostAsync(Register, new { deviceId = "pi", activationCode = provisioned.Text("device.activationCode") }))
            .IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        var again = (await customer.PostAsync(Provision, new { deviceId = "pi" })).Is(HttpStatusCode.Created);
        (await own.Anonymous.PostAsync(Register, new { deviceId = "pi", activationCode = again.Text("device.activationCode") })).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Register_TenWrongCodes_Answers429ForThisDeviceOnly()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var (id, code) = await ProvisionAsync(customer, own);
        var (other, otherCode) = await ProvisionAsync(customer, own);
        for (var i = 0; i < 10; i++)
            (await own.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = "00000-00000" })).Is(HttpStatusCode.Unauthorized);

        var refused = (await own.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = code }))
            .IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        Assert.Equal("60", refused.Headers["Retry-After"]);
        (await own.Anonymous.PostAsync(Register, new { deviceId = other, activationCode = otherCode })).Is(HttpStatusCode.OK);
        own.Time.Advance(TimeSpan.FromMinutes(1));
        (await own.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = code })).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Auth_WrongSecretOrUnknownDevice_Answers401Alike()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        var wrong = await host.Anonymous.PostAsync(Auth, new { deviceId = device.Id, deviceSecret = "wrong" });
        var unknown = await host.Anonymous.PostAsync(Auth, new { deviceId = host.NewName("ghost"), deviceSecret = "wrong" });
        wrong.IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal((wrong.Status, wrong.Body), (unknown.Status, unknown.Body));
    }

    [Fact]
    public async Task Auth_TenWrongSecrets_Answers429ForThisDeviceOnly()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        for (var i = 0; i < 10; i++) await own.Anonymous.PostAsync(Auth, new { deviceId = device.Id, deviceSecret = "wrong" });

        var refused = (await own.Anonymous.PostAsync(Auth, new { deviceId = device.Id, deviceSecret = "wrong" }))
            .IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        Assert.Equal("60", refused.Headers["Retry-After"]);
        await own.NewDeviceAsync(own.NewCustomer());
    }

    [Fact]
    public async Task Suspend_Device_RefusesItsSecretAndTokenUntilItIsActivated()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var (id, code) = await ProvisionAsync(customer, own);
        var secret = (await own.Anonymous.PostAsync(Register, new { deviceId = id, activationCode = code })).Text("deviceSecret");
        var device = await own.SignInAsync(id, secret);

        var suspended = (await customer.PostAsync($"/api/v1/customer/devices/{id}/suspend")).Is(HttpStatusCode.OK);
        Assert.Equal("suspended", suspended.Text("device.status"));
        (await own.Anonymous.PostAsync(Auth, new { deviceId = id, deviceSecret = secret })).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await customer.PostAsync($"/api/v1/customer/devices/{id}/reprovision")).IsError(HttpStatusCode.Conflict, "CONFLICT");
        own.Time.Advance(TimeSpan.FromSeconds(5));
        (await device.PostAsync("/api/v1/device/commands/claim")).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");

        (await customer.PostAsync($"/api/v1/customer/devices/{id}/activate")).Is(HttpStatusCode.OK);
        own.Time.Advance(TimeSpan.FromSeconds(5));
        (await device.PostAsync("/api/v1/device/commands/claim")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Reprovision_Device_RevokesItsSecretAndTakesTheNewCode()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var device = await own.NewDeviceAsync(customer);

        var again = (await customer.PostAsync($"/api/v1/customer/devices/{device.Id}/reprovision")).Is(HttpStatusCode.OK);
        own.Time.Advance(TimeSpan.FromSeconds(5));
        (await device.PostAsync("/api/v1/device/commands/claim")).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        (await own.Anonymous.PostAsync(Register, new { deviceId = device.Id, activationCode = again.Text("device.activationCode") }))
            .Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Token_AfterAnHour_IsRefused()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        own.Time.Advance(TimeSpan.FromHours(1));
        (await device.PostAsync("/api/v1/device/commands/claim")).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    private Task<(string Id, string Code)> ProvisionAsync(Caller customer) => ProvisionAsync(customer, host);

    private static async Task<(string Id, string Code)> ProvisionAsync(Caller customer, GatewayHost on)
    {
        var id = on.NewName("pi");
        return (id, (await customer.PostAsync(Provision, new { deviceId = id })).Text("device.activationCode"));
    }
}
