using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>Calls the surface; whatever is not the expected status fails the test with the answer.</summary>
internal class ApiClient(string root) : IDisposable
{
    /// <summary>For calls that may fail.</summary>
    public HttpClient Http { get; } = new() { BaseAddress = new Uri(root + "/"), Timeout = Wait.Limit };

    public Task<JsonElement> GetAsync(string path) => CallAsync(HttpMethod.Get, path, null, HttpStatusCode.OK);

    public Task<JsonElement> DeleteAsync(string path) => CallAsync(HttpMethod.Delete, path, null, HttpStatusCode.OK);

    public Task<JsonElement> PostAsync(string path, object body, HttpStatusCode expected = HttpStatusCode.OK) =>
        CallAsync(HttpMethod.Post, path, body, expected);

    public void Dispose() => Http.Dispose();

    private async Task<JsonElement> CallAsync(HttpMethod method, string path, object? body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = JsonContent.Create(body, options: JsonSerializerOptions.Web);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == expected, $"{method} {path} answered {(int)response.StatusCode}: {text}");
        return JsonElement.Parse(text);
    }
}
