using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Gateway.Api.Tests.Gateway;

/// <summary>Somebody who calls the surface: a customer, a device, or nobody.</summary>
internal sealed record Caller(HttpClient Client, string Id, string? Header, string? Credential)
{
    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Reply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<Reply> PostAsync(string path, object? body = null) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : JsonContent.Create(body));

    /// <summary>Sends a body as it is.</summary>
    public Task<Reply> PostRawAsync(string path, string body, string contentType = "application/json")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return SendAsync(HttpMethod.Post, path, content);
    }

    public async Task<Reply> SendAsync(
        HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (Header is not null) request.Headers.TryAddWithoutValidation(Header, Credential);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var response = await Client.SendAsync(request, limit.Token);
        return new Reply(response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token), Headers(response));
    }

    private static Dictionary<string, string> Headers(HttpResponseMessage response) =>
        response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);
}

/// <summary>An answer, read.</summary>
internal sealed record Reply(HttpStatusCode Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonElement.Parse(Body);

    /// <summary>A member by its path, for example <c>session.id</c> or <c>commands.0.type</c>; null: there is none.</summary>
    public JsonElement? Find(string path)
    {
        JsonElement? at = Json;
        foreach (var part in path.Split('.'))
        {
            at = at switch
            {
                { ValueKind: JsonValueKind.Array } array when int.TryParse(part, out var index) =>
                    index < array.GetArrayLength() ? array[index] : null,
                { ValueKind: JsonValueKind.Object } value when value.TryGetProperty(part, out var member) => member,
                _ => null,
            };
        }

        return at;
    }

    /// <summary>A text that must be there.</summary>
    public string Text(string path)
    {
        var value = Find(path);
        Assert.True(value is { ValueKind: JsonValueKind.String }, $"No text at {path} in {(int)Status} {Body}");
        return value!.Value.GetString()!;
    }

    /// <summary>A number that must be there.</summary>
    public double Number(string path)
    {
        var value = Find(path);
        Assert.True(value is { ValueKind: JsonValueKind.Number }, $"No number at {path} in {(int)Status} {Body}");
        return value!.Value.GetDouble();
    }

    /// <summary>How many items a list has.</summary>
    public int Count(string path)
    {
        var value = Find(path);
        Assert.True(value is { ValueKind: JsonValueKind.Array }, $"No list at {path} in {(int)Status} {Body}");
        return value!.Value.GetArrayLength();
    }

    /// <summary>Asserts the status and goes on.</summary>
    public Reply Is(HttpStatusCode status)
    {
        Assert.True(Status == status, $"Expected {(int)status}, got {(int)Status}: {Body}");
        return this;
    }

    /// <summary>Asserts an error in the specification's format: exactly code, message and details, and nothing of an exception.</summary>
    public Reply IsError(HttpStatusCode status, string code)
    {
        Is(status);
        Assert.StartsWith("application/json", Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal(["error"], Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["code", "message", "details"], Json.GetProperty("error").EnumerateObject().Select(member => member.Name));
        Assert.Equal(code, Text("error.code"));
        Assert.NotEqual("", Text("error.message"));
        Assert.Equal(JsonValueKind.Object, Find("error.details")!.Value.ValueKind);
        Assert.DoesNotContain("Exception", Body, StringComparison.Ordinal);
        return this;
    }

    /// <summary>Asserts 400 with these fields, in any order.</summary>
    public Reply IsInvalid(params string[] fields)
    {
        IsError(HttpStatusCode.BadRequest, "INVALID_REQUEST");
        var named = Find("error.details.errors")!.Value.EnumerateArray().Select(error => error.GetProperty("field").GetString()!);
        Assert.Equal(fields.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        Assert.Contains(Text("error.details.field"), fields);
        return this;
    }
}
