using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Sidecar.Hosting;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Deploy.Tests.Components;

/// <summary>The files at work: a sidecar with them, over the servers that they name. Only where those are is the tests' own.</summary>
public sealed class ComponentStartTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData]
    [InlineData("statestore.postgresql.yaml")]
    [InlineData("conversation.openai.yaml")]
    [InlineData("secrets.file.yaml")]
    public async Task Sidecar_WithTheFolder_ServesWhatTheFilesName(params string[] choices)
    {
        await using var redis = await RedisServer.StartAsync(Token);
        await using var postgres = choices.Contains("statestore.postgresql.yaml") ? await PostgresServer.StartAsync(Token) : null;
        var folder = ComponentFolder.With(choices);
        try
        {
            foreach (var file in folder.EnumerateFiles("*.yaml"))
            {
                var text = (await File.ReadAllTextAsync(file.FullName, Token)).Replace("localhost:6379", redis.Host, StringComparison.Ordinal)
                    .Replace("secrets.json", Path.Combine(folder.FullName, "secrets.json"), StringComparison.Ordinal);
                await File.WriteAllTextAsync(file.FullName, text, Token);
            }

            // The one more that needs no password: Redis asks for none.
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "secrets.json"), """{"REDIS_PASSWORD":""}""", Token);
            Environment.SetEnvironmentVariable("STATESTORE_POSTGRES", postgres is null ? null : PostgresServer.Libpq(await postgres.CreateDatabaseAsync(Token)));
            Environment.SetEnvironmentVariable("OPENAI_API_KEY", "sk-test");

            var options = new SidecarOptions { AppId = "gateway-api", HttpPort = 0, ResourcesPaths = [folder.FullName], ConfigPath = Path.Combine(folder.FullName, "configuration.yaml") };
            await using var sidecar = await SidecarHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, Token);
            using var http = new HttpClient { BaseAddress = sidecar.HttpAddress };

            var metadata = await http.GetFromJsonAsync<JsonElement>("/v1.0/metadata", Token);
            Assert.Equal(
                ["conversation", "pubsub", "secrets", "statestore", "webhook"],
                metadata.GetProperty("components").EnumerateArray().Select(component => component.GetProperty("name").GetString()!).Order());
            using var saved = await http.PostAsJsonAsync("/v1.0/state/statestore", new[] { new { key = "k", value = 7 } }, Token);
            Assert.Equal(HttpStatusCode.NoContent, saved.StatusCode);
            Assert.Equal("7", await http.GetStringAsync("/v1.0/state/statestore/k", Token));
            using var published = await http.PostAsJsonAsync("/v1.0/publish/pubsub/replica.api-1", new { }, Token);
            Assert.Equal(HttpStatusCode.NoContent, published.StatusCode);
            // What components need is not given out to apps.
            using var secret = await http.GetAsync("/v1.0/secrets/secrets/REDIS_PASSWORD", Token);
            Assert.Equal(HttpStatusCode.Forbidden, secret.StatusCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
