using System.Net;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Auth.Running;

/// <summary>
/// Whoever tries secrets cannot tell which devices exist: not by the answer, and not by the work behind it. Counted and not measured, so
/// that it is the same in every run.
/// </summary>
public sealed class WrongSecretTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string Auth = "/api/v1/device/auth", Register = "/api/v1/device/register";

    [Theory]
    [InlineData("unknown")]
    [InlineData("provisioned")]
    [InlineData("suspended")]
    [InlineData("reprovisioned")]
    public async Task WrongSecret_OfADeviceInWhateverState_IsTheSameWorkAndAnswer(string state)
    {
        var customer = host.NewCustomer();
        var active = await host.NewDeviceAsync(customer);
        var other = state switch
        {
            "unknown" => host.NewName("ghost"),
            "provisioned" => await ProvisionAsync(customer),
            _ => (await host.NewDeviceAsync(customer)).Id,
        };
        if (state is "suspended") (await customer.PostAsync($"/api/v1/customer/devices/{other}/suspend")).Is(HttpStatusCode.OK);
        if (state is "reprovisioned") (await customer.PostAsync($"/api/v1/customer/devices/{other}/reprovision")).Is(HttpStatusCode.OK);

        var (known, workOfKnown) = await TryAsync(active.Id);
        var (asked, work) = await TryAsync(other);

        Assert.Equal((1, "FindSecretAsync"), workOfKnown);
        Assert.Equal(workOfKnown, work);
        known.IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal(Without(known, "Date"), Without(asked, "Date"));
    }

    [Fact]
    public async Task TooManyWrongSecrets_UnknownDevice_IsClosedAfterAsManyAsAKnownOne()
    {
        var known = await host.NewDeviceAsync(host.NewCustomer());
        foreach (var id in (string[])[known.Id, host.NewName("ghost")])
        {
            for (var i = 0; i < 10; i++) (await TryAsync(id)).Reply.Is(HttpStatusCode.Unauthorized);
            var (refused, work) = await TryAsync(id);
            refused.IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
            Assert.Equal((0, ""), work);
        }
    }

    [Fact]
    public async Task ActivationCode_UnknownDeviceAnswers404AndWrongCode401_AsSpecified()
    {
        // gateway-api.md, "POST /api/v1/device/register", tells the two apart by their codes; nothing is left for their time to tell.
        var provisioned = await ProvisionAsync(host.NewCustomer());
        (await host.Anonymous.PostAsync(Register, new { deviceId = provisioned, activationCode = "00000-00000" }))
            .IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        (await host.Anonymous.PostAsync(Register, new { deviceId = host.NewName("ghost"), activationCode = "00000-00000" }))
            .IsError(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    /// <summary>Tries a wrong secret: the answer, and how many comparisons and which calls to the store it took.</summary>
    private async Task<(Reply Reply, (int Comparisons, string Calls) Work)> TryAsync(string deviceId)
    {
        var (checks, calls) = (host.SecretChecks.Checks, host.Credentials.Calls.Count);
        var reply = await host.Anonymous.PostAsync(Auth, new { deviceId, deviceSecret = "wrong" });
        return (reply, (host.SecretChecks.Checks - checks, string.Join(' ', host.Credentials.Calls.Skip(calls))));
    }

    private async Task<string> ProvisionAsync(Caller customer)
    {
        var id = host.NewName("pi");
        (await customer.PostAsync("/api/v1/customer/devices/provision", new { deviceId = id })).Is(HttpStatusCode.Created);
        return id;
    }

    private static string Without(Reply reply, string header) =>
        $"{(int)reply.Status} {reply.Body} {string.Join(';', reply.Headers.Where(one => one.Key != header).OrderBy(one => one.Key, StringComparer.Ordinal))}";
}
