using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Gateway.Core.Commands;

namespace Gateway.Core.Queue;

/// <summary>
/// A device's queue: the one document that every operation saves with its etag (DESIGN, "One key, one save, one etag").
/// What would make it large lives in documents of its own, which it names. Times are Unix milliseconds.
/// </summary>
public sealed record QueueHead
{
    /// <summary>The head of a device that has never had a command.</summary>
    public static readonly QueueHead Empty = new();

    /// <summary>Most writers whose last commits a head remembers.</summary>
    public const int RememberedWriters = 32;

    /// <summary>How long it remembers a commit at least: far longer than one takes, and than clocks are apart.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(2);

    /// <summary>The layout's version.</summary>
    [JsonPropertyName("v")] public int Version { get; init; } = 1;

    /// <summary>
    /// The last commit of each writer of the last minutes, the latest first: tells whether a save whose answer was lost went
    /// through, whatever others have saved on top of it.
    /// </summary>
    [JsonPropertyName("by")] public ImmutableArray<HeadCommit> Commits { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>How many commits the head has behind it: of two heads of a device, the one with more is the later one.</summary>
    [JsonPropertyName("rev")] public long Revision { get; init; }

    /// <summary>The number of the last event.</summary>
    [JsonPropertyName("seq")] public long Seq { get; init; }

    /// <summary>The highest command id so far: the next one sorts after it.</summary>
    [JsonPropertyName("last")] public string? LastId { get; init; }

    /// <summary>Commands that wait, by priority, the highest first; no lane is empty.</summary>
    [JsonPropertyName("lanes")] public ImmutableArray<QueueLane> Lanes { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>Commands that wait for approval, by id.</summary>
    [JsonPropertyName("pending")] public ImmutableArray<QueueEntry> Pending { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>Commands that are claimed.</summary>
    [JsonPropertyName("claimed")] public ImmutableArray<QueueEntry> Claimed { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>The active session; null: none.</summary>
    [JsonPropertyName("session")] public QueueSession? Session { get; init; }

    /// <summary>Events that are not known to be in history, in order.</summary>
    [JsonPropertyName("events")] public ImmutableArray<QueueEvent> Events { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>Replicas where a long poll of this device waits.</summary>
    [JsonPropertyName("waits")] public ImmutableArray<QueueInterest> Interests { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>The device's socket; null: none is open, as far as the queue knows.</summary>
    [JsonPropertyName("ch")] public QueueChannel? Channel { get; init; }

    /// <summary>When a channel was last detached by <see cref="Operations.ReturnClaims"/>; null: never.</summary>
    [JsonPropertyName("rst")] public long? ResetAt { get; init; }

    /// <summary>Replicas where a customer watches this device; at most <see cref="QueueLimits.MaxWatchers"/>.</summary>
    [JsonPropertyName("w")] public ImmutableArray<ReplicaBoot> Watchers { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>When the device's reminder is set to fire; null: not set.</summary>
    [JsonPropertyName("armed")] public long? Armed { get; init; }

    /// <summary>The id of the commit that saved it; empty: nobody has.</summary>
    [JsonIgnore] public string Commit => Commits is [var last, ..] ? last.Id : "";

    /// <summary>Whether a commit is this head's, or its writer's last one before it.</summary>
    public bool Includes(string commitId) => Commits.Any(commit => commit.Id == commitId);

    /// <summary>
    /// The head as another deployment takes it over: without what names replicas and reminders of this one. Claims stay as they are; a
    /// device that connects there goes on with those that were pushed to it.
    /// </summary>
    public QueueHead ForAnotherDeployment() => this with { Interests = [], Channel = null, Watchers = [], Armed = null };

    /// <summary>How many commands wait to be claimed.</summary>
    [JsonIgnore] public int Waiting => Lanes.Sum(lane => lane.Count);

    /// <summary>How many commands are not ended.</summary>
    [JsonIgnore] public int Length => Waiting + Pending.Length + Claimed.Length;

    /// <summary>The earliest time at which the clock alone changes something; null: never.</summary>
    public long? Deadline()
    {
        long? earliest = Session?.ExpiresAt;
        foreach (var entry in Claimed) Consider(entry.Claim!.EndsAt);
        foreach (var entry in Pending) Consider(entry.Definition.ExpiresAt);
        foreach (var lane in Lanes)
        {
            foreach (var entry in lane.Front) Consider(entry.Definition.ExpiresAt);
            foreach (var entry in lane.Tail) Consider(entry.Definition.ExpiresAt);
            foreach (var segment in lane.Segments) Consider(segment.EarliestExpiry);
        }

        return earliest;

        void Consider(long at)
        {
            if (earliest is null || at < earliest) earliest = at;
        }
    }
}

/// <summary>One save of a head.</summary>
/// <param name="Writer">Who saved: it has one save under way at a time, and an id that no other has.</param>
/// <param name="Id">The commit's id.</param>
/// <param name="At">When it was made, Unix milliseconds.</param>
public sealed record HeadCommit(
    [property: JsonPropertyName("w")] string Writer,
    [property: JsonPropertyName("c")] string Id,
    [property: JsonPropertyName("at")] long At);

/// <summary>The commands of one priority in the order of their ids: <c>Front</c>, then <c>Segments</c>, then <c>Tail</c>. Without segments there is no tail.</summary>
/// <param name="Priority">0 to 9.</param>
/// <param name="Front">The first ones.</param>
/// <param name="Segments">Documents with the ones between.</param>
/// <param name="Tail">The last ones.</param>
public sealed record QueueLane(
    [property: JsonPropertyName("pr")] int Priority,
    [property: JsonPropertyName("front")] ImmutableArray<QueueEntry> Front,
    [property: JsonPropertyName("segs")] ImmutableArray<SegmentRef> Segments,
    [property: JsonPropertyName("tail")] ImmutableArray<QueueEntry> Tail)
{
    /// <summary>How many commands the lane holds.</summary>
    [JsonIgnore] public int Count => Front.Length + Tail.Length + Segments.Sum(segment => segment.Count);

    /// <summary>The id of the first command.</summary>
    [JsonIgnore] public string FirstId => Front.Length > 0 ? Front[0].Id : Segments[0].FirstId;
}

/// <summary>A document of waiting commands and what of it is still to come.</summary>
/// <param name="Name">The document, never used for other content.</param>
/// <param name="FirstId">The id of the first command still to come.</param>
/// <param name="Skip">Commands at the document's start that have left it.</param>
/// <param name="Count">Commands still to come.</param>
/// <param name="EarliestExpiry">No command in it expires earlier.</param>
public sealed record SegmentRef(
    [property: JsonPropertyName("d")] string Name,
    [property: JsonPropertyName("id")] string FirstId,
    [property: JsonPropertyName("sk")] int Skip,
    [property: JsonPropertyName("c")] int Count,
    [property: JsonPropertyName("x")] long EarliestExpiry);

/// <summary>A command that is not ended.</summary>
public sealed record QueueEntry
{
    /// <summary>Its id, which is also its place: ids of a device are handed out in rising order.</summary>
    [JsonPropertyName("id")] public required string Id { get; init; }

    /// <summary>What it is.</summary>
    [JsonPropertyName("def")] public required CommandDefinition Definition { get; init; }

    /// <summary>How often it has been claimed.</summary>
    [JsonPropertyName("try"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public int Attempt { get; init; }

    /// <summary>The approval it has; null: none, or none needed.</summary>
    [JsonPropertyName("ok")] public Approval? Approval { get; init; }

    /// <summary>The claim on it; null: none.</summary>
    [JsonPropertyName("cl")] public Claim? Claim { get; init; }

    /// <summary>What its device gave back of its claims; null: none.</summary>
    [JsonPropertyName("gb")] public GivenBack? GivenBack { get; init; }

    /// <summary>How often it was claimed and not given back: its device may have begun it so many times.</summary>
    [JsonIgnore] public int Tries => Attempt - (GivenBack?.Times ?? 0);
}

/// <summary>Claims that a device gave back before it began.</summary>
/// <param name="Times">How many.</param>
/// <param name="TokenHash">The digest of the last one's token: who gives it back again is answered the same.</param>
public sealed record GivenBack(
    [property: JsonPropertyName("n")] int Times,
    [property: JsonPropertyName("h")] string TokenHash);

/// <summary>A person's approval of an exact payload.</summary>
/// <param name="Digest">The digest of what was shown.</param>
/// <param name="By">Who approved.</param>
/// <param name="At">When.</param>
/// <param name="ExpiresAt">Until when it holds.</param>
public sealed record Approval(
    [property: JsonPropertyName("h")] string Digest,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("at")] long At,
    [property: JsonPropertyName("x")] long ExpiresAt);

/// <summary>The exclusive, time-limited right to work on a command.</summary>
/// <param name="Token">What its holder shows.</param>
/// <param name="At">When it was granted.</param>
/// <param name="VisibleUntil">When it ends unless it is extended.</param>
/// <param name="TimeoutAt">When the command has timed out, extended or not; null: never.</param>
/// <param name="Request">The request that was granted it: the same one again gets the same claim; null: it had no id.</param>
public sealed record Claim(
    [property: JsonPropertyName("t")] string Token,
    [property: JsonPropertyName("at")] long At,
    [property: JsonPropertyName("vis")] long VisibleUntil,
    [property: JsonPropertyName("to")] long? TimeoutAt,
    [property: JsonPropertyName("rq")] string? Request)
{
    /// <summary>The connection over which the command was pushed; null: its device claimed it by a request.</summary>
    [JsonPropertyName("cn")] public string? Connection { get; init; }

    /// <summary>Whether the connection has taken it over from an earlier one: then it did not bring it.</summary>
    [JsonPropertyName("ov"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool IsTakenOver { get; init; }

    /// <summary>
    /// The <see cref="VisibleUntil"/> that a pushed claim had before its connection was lost: it comes back with the device. Null: no connection
    /// was lost, so nothing was taken away.
    /// </summary>
    [JsonPropertyName("kp")] public long? Kept { get; init; }

    /// <summary>When the claim ends by the clock.</summary>
    [JsonIgnore] public long EndsAt => TimeoutAt is { } timeout && timeout < VisibleUntil ? timeout : VisibleUntil;
}

/// <summary>The active session of a device.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Definition">What it is.</param>
/// <param name="Live">How many of its commands are not ended.</param>
public sealed record QueueSession(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("def")] SessionDefinition Definition,
    [property: JsonPropertyName("live")] int Live)
{
    /// <summary>When it ends by itself.</summary>
    [JsonIgnore] public long ExpiresAt => Definition.ExpiresAt;
}

/// <summary>A replica that wants to know when there is something to claim.</summary>
/// <param name="Replica">The replica's id.</param>
/// <param name="Until">Until when it cares.</param>
public sealed record QueueInterest(
    [property: JsonPropertyName("r")] string Replica,
    [property: JsonPropertyName("x")] long Until);
