using System.Collections.Frozen;
using System.Text.Json;
using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Auth.Jwks;

/// <summary>An immutable key set: the keys of one read of a JWKS document that can verify signatures here.</summary>
internal sealed class JwksModel
{
    /// <summary>Keys past this number are not looked at.</summary>
    public const int MaxKeys = 100;

    private readonly FrozenDictionary<(JwtAlgorithm, string), JwtKey> named;
    private readonly FrozenDictionary<JwtAlgorithm, JwtKey?> only;

    private JwksModel(IReadOnlyList<JwtKey> keys, int skipped)
    {
        Count = keys.Count;
        Skipped = skipped;

        // RFC 7517 section 4.5 lets keys of different types share a kid; of two that nothing tells apart the first counts.
        named = keys.Where(key => key.KeyId is not null)
            .DistinctBy(key => (key.Algorithm, key.KeyId))
            .ToFrozenDictionary(key => (key.Algorithm, key.KeyId!));
        only = keys.GroupBy(key => key.Algorithm)
            .ToFrozenDictionary(group => group.Key, group => group.Count() == 1 ? group.Single() : null);
    }

    /// <summary>How many keys are usable.</summary>
    public int Count { get; }

    /// <summary>How many were not: of another type, use or algorithm, or too weak.</summary>
    public int Skipped { get; }

    /// <summary>The key with exactly this name; for a token without one, the only key of its algorithm.</summary>
    public JwtKey? Find(JwtAlgorithm algorithm, string? keyId) => keyId is null
        ? only.GetValueOrDefault(algorithm)
        : named.GetValueOrDefault((algorithm, keyId));

    /// <summary>
    /// Reads <c>{"keys":[...]}</c> (RFC 7517 section 5). Null when it is no key set; single keys that are not understood
    /// are skipped, as the RFC asks.
    /// </summary>
    public static JwksModel? TryParse(ReadOnlyMemory<byte> utf8)
    {
        if (!JwtJson.TryParseObject(utf8, out var document)) return null;
        using (document)
        {
            if (!document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array) return null;

            var keys = new List<JwtKey>();
            foreach (var item in list.EnumerateArray().Take(MaxKeys))
            {
                if (ReadKey(item) is { } key) keys.Add(key);
            }

            return new JwksModel(keys, list.GetArrayLength() - keys.Count);
        }
    }

    private static JwtKey? ReadKey(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object || !IsForVerifying(jwk)) return null;

        string? keyId = null;
        if (jwk.TryGetProperty("kid", out var kid) && !(JwtJson.TryGetText(kid, out keyId) && CompactJws.IsKeyId(keyId))) return null;

        // "oct" is not read: a published secret is none, and a key set never adds to the HMAC keys.
        var key = Text(jwk, "kty") switch
        {
            "RSA" when Bytes(jwk, "n") is { } n && Bytes(jwk, "e") is { } e => RsaJwtKey.TryCreate(n, e, keyId),
            "EC" when Text(jwk, "crv") == "P-256" && Bytes(jwk, "x") is { } x && Bytes(jwk, "y") is { } y => EcJwtKey.TryCreate(x, y, keyId),
            _ => (JwtKey?)null,
        };
        if (key is null || !jwk.TryGetProperty("alg", out _)) return key;
        return JwtAlgorithms.TryParse(Text(jwk, "alg"), out var algorithm) && algorithm == key.Algorithm ? key : null;
    }

    /// <summary><c>use</c> and <c>key_ops</c> (RFC 7517 sections 4.2 and 4.3), where present, must allow verifying.</summary>
    private static bool IsForVerifying(JsonElement jwk)
    {
        if (jwk.TryGetProperty("use", out _) && Text(jwk, "use") != "sig") return false;
        if (!jwk.TryGetProperty("key_ops", out var operations)) return true;
        return operations.ValueKind == JsonValueKind.Array
            && operations.EnumerateArray().Any(operation => JwtJson.TryGetText(operation, out var text) && text == "verify");
    }

    private static string? Text(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out var value) && JwtJson.TryGetText(value, out var text) ? text : null;

    private static byte[]? Bytes(JsonElement jwk, string name) =>
        Text(jwk, name) is { } text && StrictBase64Url.TryDecode(text, out var bytes) ? bytes : null;
}
