using System.Security.Cryptography;
using System.Text;
using Gateway.Api.Auth.Jwt;
using Microsoft.AspNetCore.Http;

namespace Gateway.Api.Tests.Auth.Jwks;

/// <summary>A Supabase project's key endpoint on real Kestrel, with keys that rotate and troubles to order.</summary>
internal sealed class JwksServer : IAsyncDisposable
{
    private readonly Dictionary<string, ECDsa> keys = [];
    private LocalServer server = null!;
    private int reads;
    private TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The project's address.</summary>
    public string Url => server.Address.ToString();

    public Uri KeySetAddress => new(server.Address, "/auth/v1/.well-known/jwks.json");

    /// <summary>How many reads came.</summary>
    public int Reads => Volatile.Read(ref reads);

    /// <summary>Answers instead of the key set, when set.</summary>
    public RequestDelegate? Trouble { get; set; }

    /// <summary>Ends when the next read has come in.</summary>
    public Task NextRead()
    {
        asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return asked.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public static async Task<JwksServer> StartAsync(params string[] kids)
    {
        var jwks = new JwksServer();
        jwks.Rotate(kids);
        jwks.server = await LocalServer.StartAsync(jwks.AnswerAsync);
        return jwks;
    }

    /// <summary>Publishes new keys by these names and no others.</summary>
    public void Rotate(params string[] kids)
    {
        foreach (var key in keys.Values) key.Dispose();
        keys.Clear();
        foreach (var kid in kids) keys[kid] = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    }

    /// <summary>Publishes exactly these names: keys that are published stay the same, missing ones are made, others withdrawn.</summary>
    public void Publish(params string[] kids)
    {
        foreach (var kid in keys.Keys.Except(kids).ToArray())
        {
            keys[kid].Dispose();
            keys.Remove(kid);
        }

        foreach (var kid in kids.Except(keys.Keys).ToArray()) keys[kid] = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    }

    public string KeySet => $$"""{"keys":[{{string.Join(',', keys.Select(key => Jwk(key.Key, key.Value)))}}]}""";

    /// <summary>A token by a key that is published now.</summary>
    public string Token(string kid, string claims)
    {
        var key = keys[kid];
        var input = $"{Encode($$"""{"alg":"ES256","kid":"{{kid}}"}""")}.{Encode(claims)}";
        return $"{input}.{StrictBase64Url.Encode(key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256))}";
    }

    public ValueTask DisposeAsync()
    {
        Rotate();
        return server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path != "/auth/v1/.well-known/jwks.json")
        {
            context.Response.StatusCode = 404;
            return;
        }

        Interlocked.Increment(ref reads);
        var answer = Trouble;
        asked.TrySetResult();
        if (answer is not null) await answer(context);
        else await context.Response.WriteAsync(KeySet);
    }

    private static string Jwk(string kid, ECDsa key)
    {
        var point = key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"P-256","kid":"{{kid}}","alg":"ES256","use":"sig","x":"{{StrictBase64Url.Encode(point.X)}}","y":"{{StrictBase64Url.Encode(point.Y)}}"}""";
    }

    private static string Encode(string text) => StrictBase64Url.Encode(Encoding.UTF8.GetBytes(text));
}
