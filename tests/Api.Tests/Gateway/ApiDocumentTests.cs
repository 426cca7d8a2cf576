using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Gateway;

public sealed partial class ApiDocumentTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task Document_OfTheSurface_HasEveryEndpointWithItsAnswers()
    {
        var document = (await host.Anonymous.GetAsync("/openapi/v1.json")).Is(HttpStatusCode.OK).Json;
        var mapped = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods, (endpoint, method) => (endpoint.RoutePattern.RawText, method))
            .ToArray();
        Assert.Equal(25, mapped.Length);
        foreach (var (path, method) in mapped)
        {
            var operation = document.GetProperty("paths").GetProperty(path!.TrimEnd('/')).GetProperty(method.ToLowerInvariant());
            Assert.NotEqual("", operation.GetProperty("summary").GetString());
            var statuses = operation.GetProperty("responses").EnumerateObject().Select(response => response.Name).ToArray();
            Assert.Contains("401", statuses);
            Assert.Contains(statuses, status => status is "200" or "201");
            var error = operation.GetProperty("responses").GetProperty("401").GetProperty("content").GetProperty("application/json").GetProperty("schema");
            Assert.EndsWith("ErrorAnswer", error.GetProperty("$ref").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Document_OfAnEndpointWithABody_DescribesItAndWhoMayCall()
    {
        var document = (await host.Anonymous.GetAsync("/openapi/v1.json")).Json;
        var claim = document.GetProperty("paths").GetProperty("/api/v1/device/commands/claim").GetProperty("post");
        var schema = claim.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        Assert.Contains("waitMs", Resolve(document, schema).GetProperty("properties").EnumerateObject().Select(member => member.Name));
        Assert.Equal("Device", claim.GetProperty("security")[0].EnumerateObject().Single().Name);
        Assert.Equal(["Customer", "Device"], document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(scheme => scheme.Name).Order());
    }

    [Fact]
    public async Task Document_OfMembers_SaysWhichMustBeThere()
    {
        var document = (await host.Anonymous.GetAsync("/openapi/v1.json")).Json;
        var body = document.GetProperty("paths").GetProperty("/api/v1/device/commands/{id}/result").GetProperty("post")
            .GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        Assert.Equal(["claimToken", "duration", "executedAt", "status"], Required(body));
        Assert.Equal("number", body.GetProperty("properties").GetProperty("duration").GetProperty("type").GetString());
        var device = document.GetProperty("components").GetProperty("schemas").GetProperty("DeviceListItem");
        Assert.Equal(["id", "lastSeen", "lifecycle", "name", "status"], Required(device));
        var claim = document.GetProperty("paths").GetProperty("/api/v1/device/commands/claim").GetProperty("post");
        Assert.Equal("Claim commands, waiting for some when there are none", claim.GetProperty("summary").GetString());
    }

    [Fact]
    public async Task Page_ToBrowseIt_AsksNoOtherHost()
    {
        var page = (await host.Anonymous.GetAsync("/docs/index.html")).Is(HttpStatusCode.OK);
        var scripts = await Task.WhenAll(Assets().Matches(page.Body)
            .Select(match => match.Groups[1].Value).Append("./index.js")
            .Where(asset => !asset.StartsWith("data:", StringComparison.Ordinal))
            .Distinct()
            .Select(async asset =>
            {
                Assert.DoesNotContain("//", asset, StringComparison.Ordinal);
                return (await host.Anonymous.GetAsync($"/docs/{asset}")).Is(HttpStatusCode.OK);
            }));
        Assert.NotEmpty(scripts);
        Assert.Contains(scripts, script => script.Body.Contains("/openapi/v1.json", StringComparison.Ordinal));
        Assert.Contains(scripts, script => script.Body.Contains("validatorUrl = null", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Required(JsonElement schema) =>
        schema.GetProperty("required").EnumerateArray().Select(member => member.GetString()!).Order(StringComparer.Ordinal);

    private static JsonElement Resolve(JsonElement document, JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
        ? document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
        : schema;

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Assets();
}
