using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.TestKit.Daprd;

namespace Gateway.Deploy.Tests.Components;

/// <summary>The files as real Dapr takes them.</summary>
[Trait("Sidecar", "daprd")]
public sealed class ComponentsOnDaprdTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gateway-api", "conversation", "pubsub", "secrets", "statestore", "webhook")]
    [InlineData("gateway-actors", "clock", "pubsub", "secrets", "statestore", "webhook")]
    public async Task Daprd_WithTheFolder_LoadsAllOfIt(string app, params string[] components)
    {
        await using var stack = await DaprStack.StartAsync();
        var folder = ComponentFolder.With();
        try
        {
            foreach (var file in folder.EnumerateFiles("*.yaml"))
                await File.WriteAllTextAsync(file.FullName, (await File.ReadAllTextAsync(file.FullName, Token)).Replace("localhost:6379", stack.Redis.Host, StringComparison.Ordinal), Token);
            var daprd = await stack.StartSidecarAsync(
                new DaprdOptions
                {
                    AppId = app,
                    ResourcesPath = folder.FullName,
                    Configuration = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "configuration.yaml"), Token),
                    WaitUntilReady = false,
                },
                Token);
            using var http = new HttpClient { BaseAddress = daprd.HttpAddress };

            var metadata = await http.GetFromJsonAsync<JsonElement>("/v1.0/metadata", Token);
            Assert.Equal(components, metadata.GetProperty("components").EnumerateArray().Select(component => component.GetProperty("name").GetString()!).Order());
            Assert.Equal("gateway", Assert.Single(metadata.GetProperty("resiliencies").EnumerateArray()).GetProperty("name").GetString());
            Assert.DoesNotContain("Could not read resiliency", daprd.LogTail, StringComparison.Ordinal);
            using var secret = await http.GetAsync("/v1.0/secrets/secrets/REDIS_PASSWORD", Token);
            Assert.Equal(HttpStatusCode.Forbidden, secret.StatusCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
