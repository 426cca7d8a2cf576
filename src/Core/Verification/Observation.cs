using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Gateway.Core.Commands;

namespace Gateway.Core.Verification;

/// <summary>
/// One request that a client made and what it saw of the answer. All entries of a log share one monotonic clock. Members that do
/// not apply are null and left out of the JSON; <see cref="ObservationLog"/> has the form.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op")]
[JsonDerivedType(typeof(EnqueueSeen), "enqueue")]
[JsonDerivedType(typeof(ClaimSeen), "claim")]
[JsonDerivedType(typeof(PushSeen), "push")]
[JsonDerivedType(typeof(LostSeen), "lost")]
[JsonDerivedType(typeof(ExtendSeen), "extend")]
[JsonDerivedType(typeof(ResultSeen), "result")]
[JsonDerivedType(typeof(ReleaseSeen), "release")]
[JsonDerivedType(typeof(CancelSeen), "cancel")]
[JsonDerivedType(typeof(DecisionSeen), "approve")]
[JsonDerivedType(typeof(ViewSeen), "view")]
public abstract record Observation
{
    /// <summary>The entry's line in its log, from 1; the checker numbers what it is given.</summary>
    [JsonIgnore] public int Line { get; init; }

    /// <summary>Who asked, for example <c>customer:alice</c> or <c>device:pi-1</c>.</summary>
    [JsonPropertyOrder(-5)] public required string By { get; init; }

    /// <summary>The device whose queue it is about.</summary>
    [JsonPropertyOrder(-4)] public required string Device { get; init; }

    /// <summary>When the request was about to leave, in microseconds of the log's clock.</summary>
    [JsonPropertyOrder(-3)] public required long Sent { get; init; }

    /// <summary>When the answer had come; null: none came.</summary>
    [JsonPropertyOrder(-2)] public long? Answered { get; init; }

    /// <summary>The answer's HTTP status; null: none came, so the request may or may not have taken effect, and that at any time since.</summary>
    [JsonPropertyOrder(-1)] public int? Status { get; init; }

    /// <summary>The state that the answer says the command is in; null: it says nothing of it.</summary>
    public CommandState? State { get; init; }

    /// <summary>Whether it took effect for certain.</summary>
    [JsonIgnore] public bool Took => Status is >= 200 and < 300;

    /// <summary>Whether nobody knows: no answer, or one of a server in trouble (5xx).</summary>
    [JsonIgnore] public bool IsOpen => Status is null or >= 500;

    /// <summary>Whether it took effect, or may have.</summary>
    [JsonIgnore] public bool MayHaveTaken => Took || IsOpen;

    /// <summary>Whether its answer was there before the other request left.</summary>
    public bool IsBefore(Observation other) => Answered < other.Sent;
}

/// <summary>A customer sends a command.</summary>
public sealed record EnqueueSeen : Observation
{
    /// <summary>The idempotency key; null: none.</summary>
    public string? Key { get; init; }

    /// <summary>The sender's digest of type and parameters: the same key with another one is another content.</summary>
    public string? Content { get; init; }

    /// <summary>0 (last) to 9 (first).</summary>
    public int Priority { get; init; } = 5;

    /// <summary>Whether a person must approve it first.</summary>
    public bool NeedsApproval { get; init; }

    /// <summary>Whether it must not run twice.</summary>
    public bool AtMostOnce { get; init; }

    /// <summary>The command's id, as answered.</summary>
    public string? Command { get; init; }
}

/// <summary>A device claims commands.</summary>
public record ClaimSeen : Observation
{
    /// <summary>How long the claims were asked to last, in milliseconds.</summary>
    public required long VisibilityMs { get; init; }

    /// <summary>The device's id for the request; one that is sent again has the same, and may get the same claims. Null: none.</summary>
    public string? Request { get; init; }

    /// <summary>What it got, in the answer's order.</summary>
    public ImmutableArray<GrantSeen> Commands { get => field.IsDefault ? [] : field; init; } = [];
}

/// <summary>
/// A device is sent a command over its connection. <see cref="Observation.Sent"/> is when the connection was asked for,
/// <see cref="Observation.Answered"/> when the command came; the same claim may come again over a later connection.
/// </summary>
public sealed record PushSeen : ClaimSeen
{
    /// <summary>The device's name for the connection.</summary>
    public required string Connection { get; init; }
}

/// <summary>
/// A device has lost its connection. <see cref="Observation.Sent"/> is a time at which it surely was still attached: when the last request left that
/// was answered over it, or when it was opened. <see cref="Observation.Answered"/> is when the device noticed.
/// </summary>
public sealed record LostSeen : Observation
{
    /// <summary>The connection, as in <see cref="PushSeen"/>.</summary>
    public required string Connection { get; init; }

    /// <summary>How long the server promises to keep the claims for the device to come back, in milliseconds.</summary>
    public required long GraceMs { get; init; }
}

/// <summary>A command in a claim's answer.</summary>
public sealed record GrantSeen
{
    /// <summary>The command.</summary>
    public required string Command { get; init; }

    /// <summary>A digest of the claim token: a log holds no secrets.</summary>
    public required string Token { get; init; }

    /// <summary>When the claim ends unless extended, Unix milliseconds by the server's clock.</summary>
    public required long VisibleUntil { get; init; }

    /// <summary>The how-manieth claim on the command this is, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>How long the claim may last in all, in milliseconds; null: as long as it is extended.</summary>
    public long? TimeoutMs { get; init; }

    /// <summary>The sender's key, where the sender put it into the parameters; null: not known.</summary>
    public string? Key { get; init; }
}

/// <summary>A device extends a claim.</summary>
public sealed record ExtendSeen : Observation
{
    /// <summary>The command.</summary>
    public required string Command { get; init; }

    /// <summary>The digest of the claim token that was shown.</summary>
    public required string Token { get; init; }

    /// <summary>How long the claim was asked to last from now, in milliseconds.</summary>
    public required long ExtensionMs { get; init; }

    /// <summary>When the claim ends now, Unix milliseconds by the server's clock.</summary>
    public long? VisibleUntil { get; init; }
}

/// <summary>A device sends a result.</summary>
public sealed record ResultSeen : Observation
{
    /// <summary>The command.</summary>
    public required string Command { get; init; }

    /// <summary>The digest of the claim token that was shown.</summary>
    public required string Token { get; init; }

    /// <summary>What the device says: completed, failed or timed out.</summary>
    public required CommandState Outcome { get; init; }

    /// <summary>The device's digest of the whole result: two results are the same when it is.</summary>
    public required string Digest { get; init; }
}

/// <summary>A device gives back a claim on a command that it has not begun.</summary>
public sealed record ReleaseSeen : Observation
{
    /// <summary>The command.</summary>
    public required string Command { get; init; }

    /// <summary>The digest of the claim token that was shown.</summary>
    public required string Token { get; init; }
}

/// <summary>A customer cancels a command.</summary>
public sealed record CancelSeen : Observation
{
    /// <summary>The command.</summary>
    public required string Command { get; init; }
}

/// <summary>A customer approves a command, or rejects it.</summary>
public sealed record DecisionSeen : Observation
{
    /// <summary>The command.</summary>
    public required string Command { get; init; }

    /// <summary>Approved or rejected.</summary>
    public required bool Approved { get; init; }
}

/// <summary>
/// A customer looks at a command, by itself or in its session. A session that does not show a command that it should is an entry
/// with status 404.
/// </summary>
public sealed record ViewSeen : Observation
{
    /// <summary>The command.</summary>
    public required string Command { get; init; }

    /// <summary>How often it has been claimed; null: not shown.</summary>
    public int? Attempt { get; init; }

    /// <summary>When it ended, Unix milliseconds by the server's clock; null: it has not, or it is not shown.</summary>
    public long? EndedAt { get; init; }

    /// <summary>The digest of the result that is shown, made as <see cref="ResultSeen.Digest"/>; null: none is shown.</summary>
    public string? Result { get; init; }

    /// <summary>The sender's key; null: none, or not shown.</summary>
    public string? Key { get; init; }
}
