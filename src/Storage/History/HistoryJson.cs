using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core.Commands;

namespace Gateway.Storage.History;

/// <summary>
/// How definitions, results and events are stored: as JSON, so that they come back as they were, U+0000 in an output included.
/// States go by their wire names. The texts are never embedded in a page, so only what JSON demands is escaped.
/// </summary>
internal static class HistoryJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<CommandState>(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static string? Write<T>(T? value) where T : class => value is null ? null : JsonSerializer.Serialize(value, Options);

    public static T? Read<T>(string? json) where T : class => json is null ? null : JsonSerializer.Deserialize<T>(json, Options);

    /// <summary>What an idempotency key is looked up by: an index entry is bounded, a client's key need not be.</summary>
    public static string? KeyHash(string? key) =>
        key is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
