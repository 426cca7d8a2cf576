using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Agent.Simulation;

/// <summary>
/// Customers for trying things out: their tokens are signed with the secret that the server verifies them with, from the environment
/// or, in Development, from the server's data folder.
/// </summary>
internal static class DevelopmentCustomers
{
    private const string SecretName = "SUPABASE_JWT_SECRET";
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <exception cref="AgentException">There is no secret.</exception>
    public static IReadOnlyList<CustomerAccount> Create(int count, string dataPath, TimeProvider time)
    {
        byte[] secret = Encoding.UTF8.GetBytes(
            Environment.GetEnvironmentVariable(SecretName) is { Length: > 0 } given ? given : Read(Path.Combine(dataPath, "secrets.json")));
        DateTimeOffset now = time.GetUtcNow();
        return [.. Enumerable.Range(1, count).Select(i => $"simulation-{i}").Select(name => new CustomerAccount(name, Sign(name, now, secret)))];
    }

    private static string Read(string path)
    {
        try
        {
            return (string?)JsonNode.Parse(File.ReadAllText(path))?[SecretName]
                ?? throw new AgentException($"{path} has no {SecretName}: name a customer's token with --customer-token.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new AgentException(
                $"There is no readable {path}: name a customer's token with --customer-token, or the server's data folder with --data.", e);
        }
    }

    private static string Sign(string name, DateTimeOffset now, byte[] secret)
    {
        var claims = new JsonObject
        {
            ["sub"] = name,
            ["aud"] = "authenticated",
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
        };
        string input = $"{Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(input)))}";
    }
}
