using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Gateway.Api.Tests.Gateway;

/// <summary>What no endpoint takes, on every endpoint that takes a body.</summary>
public sealed class BadInputTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string Command = "cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV";

    /// <summary>Every endpoint with a body, and who may call it; {session} stands for a session of the caller.</summary>
    public static TheoryData<string, string> Endpoints => new()
    {
        { "nobody", "/api/v1/device/auth" },
        { "nobody", "/api/v1/device/register" },
        { "device", "/api/v1/device/heartbeat" },
        { "device", "/api/v1/device/commands/claim" },
        { "device", $"/api/v1/device/commands/{Command}/extend" },
        { "device", $"/api/v1/device/commands/{Command}/result" },
        { "device", $"/api/v1/device/commands/{Command}/output" },
        { "customer", "/api/v1/customer/devices/provision" },
        { "customer", "/api/v1/customer/sessions" },
        { "customer", "/api/v1/customer/sessions/{session}/commands" },
        { "customer", "/api/v1/customer/sessions/{session}/approve" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Body_NotOneProperObject_Answers400(string who, string path)
    {
        var (caller, at) = await AsAsync(who, path);
        string[] bodies =
        [
            "{", "[]", "null", "7", "\"text\"", "{\"a\":1,}", "{'a':1}", "{\"a\":1} x", "// c\n{}", "{\"a\":NaN}", "\uFEFFx",
            "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":1}}", "{\"a\":1,\"\\u0061\":2}",
            "{\"a\":\"\\ud800\"}", "{\"\\udc00\":1}",
            Nested(65), Nested(5000),
        ];
        foreach (var body in bodies) (await caller.PostRawAsync(at, body)).IsError(HttpStatusCode.BadRequest, "INVALID_REQUEST");
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Body_NotUtf8_Answers400(string who, string path)
    {
        var (caller, at) = await AsAsync(who, path);
        var content = new ByteArrayContent([.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        (await caller.SendAsync(HttpMethod.Post, at, content)).IsError(HttpStatusCode.BadRequest, "INVALID_REQUEST");
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Body_OneByteOver1MiB_Answers413(string who, string path)
    {
        var (caller, at) = await AsAsync(who, path);
        var body = $$"""{"a":"{{new string('a', (1024 * 1024) - 7)}}"}""";
        Assert.Equal((1024 * 1024) + 1, Encoding.UTF8.GetByteCount(body));
        (await caller.PostRawAsync(at, body)).IsError(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");

        var chunked = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(body)));
        chunked.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, at) { Content = chunked };
        request.Headers.TransferEncodingChunked = true;
        if (caller.Header is not null) request.Headers.TryAddWithoutValidation(caller.Header, caller.Credential);
        using var response = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Body_OfAnotherMediaType_Answers415(string who, string path)
    {
        var (caller, at) = await AsAsync(who, path);
        foreach (var type in (string[])["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/xml", "json"])
            (await caller.PostRawAsync(at, "{}", type)).IsError(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        var untyped = new ByteArrayContent("{}"u8.ToArray());
        (await caller.SendAsync(HttpMethod.Post, at, untyped)).IsError(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        var packed = new ByteArrayContent("{}"u8.ToArray());
        packed.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        packed.Headers.ContentEncoding.Add("gzip");
        (await caller.SendAsync(HttpMethod.Post, at, packed)).IsError(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Method_NotOfThisPath_Answers405WithAllow(string who, string path)
    {
        var (caller, at) = await AsAsync(who, path);
        foreach (var method in (HttpMethod[])[HttpMethod.Put, HttpMethod.Patch])
        {
            var reply = (await caller.SendAsync(method, at, null)).IsError(HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
            Assert.Contains("POST", reply.Headers["Allow"], StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Body_WithMembersThatNobodyKnows_IsReadAllTheSame(string who, string path)
    {
        var (caller, at) = await AsAsync(who, path);
        var reply = await caller.PostRawAsync(at, """{"somethingNew":{"a":[1,2]}}""", "Application/JSON; charset=UTF-8");
        if (reply.Status == HttpStatusCode.BadRequest) Assert.DoesNotContain("somethingNew", reply.Body, StringComparison.Ordinal);
        else reply.Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/api/v1")]
    [InlineData("/api/v1/")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v1/customer")]
    [InlineData("/api/v1/customer/devices/a/b/c")]
    [InlineData("/API/V1/Nothing")]
    public async Task Path_Unknown_Answers404InTheErrorFormat(string path)
    {
        (await host.Anonymous.GetAsync(path)).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await host.Anonymous.PostRawAsync(path, "{}")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Theory]
    [InlineData("a%2Fb")]
    [InlineData("%C3%28")]
    [InlineData("ünïcode")]
    [InlineData("a|b")]
    [InlineData("a@b")]
    public async Task DeviceId_OutsideTheAllowedCharacters_Answers404InPathsAnd400InBodies(string id)
    {
        var customer = host.NewCustomer();
        (await customer.GetAsync($"/api/v1/customer/devices/{id}/status")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await customer.PostAsync($"/api/v1/customer/devices/{id}/suspend")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await customer.PostAsync("/api/v1/customer/devices/provision", new { deviceId = id })).IsInvalid("deviceId");
        (await host.Anonymous.PostAsync("/api/v1/device/register", new { deviceId = id, activationCode = "A" })).IsInvalid("deviceId");
        (await host.Anonymous.PostAsync("/api/v1/device/auth", new { deviceId = id, deviceSecret = "A" })).IsInvalid("deviceId");
    }

    [Fact]
    public async Task DeviceId_Of129Characters_Answers400AndOf128IsTaken()
    {
        var customer = host.NewCustomer();
        (await customer.PostAsync("/api/v1/customer/devices/provision", new { deviceId = new string('a', 129) })).IsInvalid("deviceId");
        (await customer.PostAsync("/api/v1/customer/devices/provision", new { deviceId = new string('a', 128) })).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Provision_EveryFieldWrong_NamesThemAll() =>
        (await host.NewCustomer().PostRawAsync(
            "/api/v1/customer/devices/provision", $$"""{"deviceId":1,"name":"{{new string('n', 129)}}","location":false}"""))
            .IsInvalid("deviceId", "name", "location");

    [Fact]
    public async Task Register_EveryFieldWrong_NamesThemAll() =>
        (await host.Anonymous.PostRawAsync(
            "/api/v1/device/register", """{"deviceId":"a b","metadata":{"location":1,"model":[]},"deviceSecret":"short"}"""))
            .IsInvalid("deviceId", "activationCode", "metadata.location", "metadata.model", "deviceSecret");

    private async Task<(Caller Caller, string Path)> AsAsync(string who, string path)
    {
        if (who == "nobody") return (host.Anonymous, path);
        var customer = host.NewCustomer();
        if (who == "device") return (await host.NewDeviceAsync(customer), path);
        if (!path.Contains("{session}", StringComparison.Ordinal)) return (customer, path);
        var session = await GatewayHost.OpenSessionAsync(customer, await host.NewDeviceAsync(customer));
        return (customer, path.Replace("{session}", session, StringComparison.Ordinal));
    }

    private static string Nested(int levels) =>
        $$"""{"a":{{new string('[', levels - 1)}}{{new string(']', levels - 1)}}}""";
}
