namespace Gateway.Sidecar.State;

/// <summary>A write of one key.</summary>
internal sealed record StateWrite
{
    /// <summary>What daprd stores for a save without a value.</summary>
    public static readonly byte[] NullValue = "null"u8.ToArray();

    /// <summary>The stored key, with its prefix.</summary>
    public required string Key { get; init; }

    /// <summary>The value as JSON text in UTF-8 (see <see cref="Json.GoJson.Normalize"/>); null deletes the key.</summary>
    public byte[]? Value { get; init; }

    /// <summary>The etag the key must have; null or empty asks for none.</summary>
    public string? ETag { get; init; }

    /// <summary>Concurrency <c>first-write</c>: without an etag the key must not exist.</summary>
    public bool FirstWrite { get; init; }

    /// <summary>Concurrency <c>last-write</c>, said and not only meant; to some stores that is more than saying nothing.</summary>
    public bool LastWrite { get; init; }

    /// <summary>The metadata <c>ttlInSeconds</c> as it was sent; the store reads it, since stores differ in what they refuse.</summary>
    public string? Ttl { get; init; }
}

/// <summary>Why a store refused.</summary>
internal enum StateFailureKind
{
    /// <summary>The etag is not the key's, or the key exists where it must not.</summary>
    EtagMismatch,

    /// <summary>The etag is none that the store could have given.</summary>
    EtagInvalid,

    /// <summary>Anything else, such as a ttl that is no number.</summary>
    Other,
}

/// <summary>A refusal, with the text that daprd's store gives.</summary>
internal sealed record StateFailure(StateFailureKind Kind, string Text)
{
    /// <summary>The text of every etag refusal; some stores add to it.</summary>
    public const string EtagText = "possible etag mismatch. error from state store";

    /// <summary>Whether the store was not even asked: what was sent could not be read.</summary>
    public bool Unasked { get; init; }

    /// <summary>The store itself failed; the log has more.</summary>
    public static readonly StateFailure Unavailable = new(StateFailureKind.Other, "the store failed; the log of the sidecar has more");

    /// <summary>An etag that is none that the store could have given, and why.</summary>
    public static StateFailure EtagInvalid(string detail) => new(StateFailureKind.EtagInvalid, $"invalid etag value: {detail}") { Unasked = true };

    /// <summary>An etag refusal, with what the store adds.</summary>
    public static StateFailure Etag(string? detail = null) =>
        new(StateFailureKind.EtagMismatch, detail is null ? EtagText : $"{EtagText}: {detail}");
}
