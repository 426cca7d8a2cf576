using System.Text.Json;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Sessions;
using Gateway.Api.Wire;
using Gateway.Core.Commands;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary>What a customer sends.</summary>
/// <param name="Type">The kind of work, 1 to 64 characters of <c>[A-Za-z0-9._-]</c>.</param>
/// <param name="Parameters">Its parameters, any JSON up to 32 levels deep. Default <c>{}</c>.</param>
/// <param name="Priority">0 (last) to 9 (first). Default 5.</param>
/// <param name="RequiresApproval">Whether a person must approve it first. Default: in remediation sessions, not in diagnostic ones.</param>
/// <param name="IdempotencyKey">The sender's key, 1 to 128 characters: sent again with the same content it is the same command. The header <c>Idempotency-Key</c> does as well.</param>
/// <param name="TimeoutMs">How long one claim may last in all, in milliseconds, 1,000 to 43,200,000. Default: as long as the device extends.</param>
/// <param name="ExpiresInMs">When it expires if it is not started, in milliseconds from now, 1,000 to 1,209,600,000. Default: with its session.</param>
internal sealed record EnqueueRequest(
    string Type,
    JsonElement? Parameters = null,
    int Priority = EnqueueRequest.DefaultPriority,
    bool? RequiresApproval = null,
    string? IdempotencyKey = null,
    long? TimeoutMs = null,
    long? ExpiresInMs = null)
{
    private const int DefaultPriority = 5, MaxPriority = 9;
    private const long MinTimeout = 1_000, MaxTimeout = 43_200_000, MinExpiry = 1_000, MaxExpiry = 1_209_600_000;
    private const string KeyHeader = "Idempotency-Key", KeyField = "idempotencyKey";

    /// <summary>Reads a body and the header that may stand for one of its members.</summary>
    public static EnqueueRequest Read(FieldReader body, IHeaderDictionary headers)
    {
        var type = body.Text("type", 1, CommandTypes.MaxLength);
        if (type.Length > 0 && !CommandTypes.IsValid(type)) body.Refuse("type", $"must match {CommandTypes.Pattern}");
        return new EnqueueRequest(
            type,
            body.OptionalValue("parameters", RequestBody.MaxBytes),
            (int)(body.OptionalInteger("priority", 0, MaxPriority) ?? DefaultPriority),
            body.OptionalFlag("requiresApproval"),
            ReadKey(body, headers),
            body.OptionalInteger("timeoutMs", MinTimeout, MaxTimeout),
            body.OptionalInteger("expiresInMs", MinExpiry, MaxExpiry));
    }

    /// <summary>The parameters as the queue takes them.</summary>
    public string CanonicalParameters() => Parameters is { } value ? CanonicalJson.Of(value) : "{}";

    /// <summary>When the command expires: never after its session or the queue's retention, so that what is answered is what holds.</summary>
    public DateTimeOffset ExpiryAt(KnownSession session, DateTimeOffset now, TimeSpan retention)
    {
        var expiry = Math.Min(session.ExpiresAt, (now + retention).ToUnixTimeMilliseconds());
        if (ExpiresInMs is { } ms) expiry = Math.Min(expiry, now.AddMilliseconds(ms).ToUnixTimeMilliseconds());
        return DateTimeOffset.FromUnixTimeMilliseconds(expiry);
    }

    private static string? ReadKey(FieldReader body, IHeaderDictionary headers)
    {
        var key = body.OptionalText(KeyField, 1, WireLimits.IdempotencyKey);
        if (!headers.TryGetValue(KeyHeader, out var values)) return key;
        if (values.Count != 1 || values[0] is not { Length: > 0 and <= WireLimits.IdempotencyKey } header || header.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            body.Refuse(KeyHeader, $"must be given once, with 1 to {WireLimits.IdempotencyKey} printable ASCII characters");
            return key;
        }

        if (key is not null && key != header) body.Refuse(KeyField, $"must be the same as the header {KeyHeader}");
        return header;
    }
}
