using System.Net;
using System.Text;
using System.Text.Json;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>
/// Calls a sidecar at any address, with paths sent exactly as they are written. All that a conformance test knows of the
/// sidecar, so that the same test can be run against daprd.
/// </summary>
public sealed class SidecarCaller(Uri address) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public Uri Address { get; } = address;

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, null, headers);

    public Task<Answer> PostAsync(string path, string? body, params (string Name, string Value)[] headers) => SendAsync("POST", path, body, headers);

    public Task<Answer> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync("DELETE", path, null, headers);

    public Task<Answer> SendAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers) =>
        SendBytesAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), headers);

    public async Task<Answer> SendBytesAsync(string method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        var target = new Uri(Address.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        if (body is not null) request.Content = new ByteArrayContent(body);
        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await client.SendAsync(request);
        return new Answer(
            response.StatusCode,
            response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await response.Content.ReadAsStringAsync());
    }

    public void Dispose() => client.Dispose();
}

/// <summary>What a sidecar answered.</summary>
public sealed record Answer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string ETag => Headers["ETag"];

    /// <summary>The <c>errorCode</c> of an error body.</summary>
    public string ErrorCode => JsonDocument.Parse(Body).RootElement.GetProperty("errorCode").GetString()!;

    /// <summary>The <c>message</c> of an error body.</summary>
    public string Message => JsonDocument.Parse(Body).RootElement.GetProperty("message").GetString()!;

    public void IsNoContent()
    {
        Assert.True(Status == HttpStatusCode.NoContent, $"expected 204, got {(int)Status}: {Body}");
        Assert.Equal("", Body);
    }

    public void IsJson(string body)
    {
        Assert.Equal((HttpStatusCode.OK, body), (Status, Body));
        Assert.Equal("application/json", Headers["Content-Type"]);
    }

    public void IsError(int status, string code, string message)
    {
        Assert.Equal((status, code, message), ((int)Status, ErrorCode, Message));
        Assert.Equal("application/json", Headers["Content-Type"]);
    }

    /// <summary>An error whose message begins so; how it ends is the store's own.</summary>
    public void IsErrorOf(int status, string code, string start)
    {
        Assert.Equal((status, code), ((int)Status, ErrorCode));
        Assert.StartsWith(start, Message, StringComparison.Ordinal);
    }

    public void IsErrorStatus(int status) => Assert.Equal(status, (int)Status);

    public void IsUnknownRoute() =>
        IsError(404, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id");
}
