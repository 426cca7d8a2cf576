using System.Text.Json;

namespace Gateway.Portal.Api;

/// <summary>A session, with its commands where they were asked for.</summary>
/// <param name="Id">Its id.</param>
/// <param name="DeviceId">Its device.</param>
/// <param name="Type"><c>diagnostic</c> or <c>remediation</c>.</param>
/// <param name="Status"><c>active</c>, <c>closed</c> or <c>expired</c>.</param>
/// <param name="Description">The customer's words.</param>
/// <param name="Commands">Its last commands in the order in which they were accepted; null: not asked for.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="EndedAt">When it ended; null: it has not.</param>
/// <param name="HasEarlier">There are more commands, before these.</param>
public sealed record Session(
    string Id,
    string DeviceId,
    string Type,
    string Status,
    string? Description,
    IReadOnlyList<SessionCommand>? Commands,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? EndedAt,
    bool HasEarlier);

/// <summary>A command as its session shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">The kind of work.</param>
/// <param name="Status">Its state, one of <see cref="CommandStates"/>.</param>
/// <param name="Priority">0 (last) to 9 (first).</param>
/// <param name="Parameters">While it waits for approval: exactly what would run.</param>
/// <param name="Digest">While it waits for approval: what a decision is bound to.</param>
/// <param name="Result">The device's word.</param>
/// <param name="ResultOmitted">There is a result, too large for the list.</param>
/// <param name="Reason">Why it is in its state.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record SessionCommand(
    string Id,
    string Type,
    string Status,
    int Priority,
    JsonElement? Parameters,
    string? Digest,
    CommandResult? Result,
    bool ResultOmitted,
    string? Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt);

/// <summary>A command with all that is known of it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">The kind of work.</param>
/// <param name="Status">Its state, one of <see cref="CommandStates"/>.</param>
/// <param name="Priority">0 (last) to 9 (first).</param>
/// <param name="Parameters">What runs.</param>
/// <param name="Digest">Base64url SHA-256 over type and parameters.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="ExpiresAt">When it expires if it is not started.</param>
/// <param name="Attempt">How often it was claimed.</param>
/// <param name="ClaimedAt">When it was last claimed.</param>
/// <param name="DecidedAt">When it was approved or rejected.</param>
/// <param name="DecidedBy">By whom.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Reason">Why it is in its state.</param>
/// <param name="Result">The device's word.</param>
public sealed record Command(
    string Id,
    string Type,
    string Status,
    int Priority,
    JsonElement Parameters,
    string Digest,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    int Attempt,
    DateTimeOffset? ClaimedAt,
    DateTimeOffset? DecidedAt,
    string? DecidedBy,
    DateTimeOffset? EndedAt,
    string? Reason,
    CommandResult? Result);

/// <summary>The device's word about a command.</summary>
/// <param name="Status"><c>success</c>, <c>failure</c> or <c>timeout</c>.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What went wrong.</param>
/// <param name="Duration">How long it ran, in milliseconds.</param>
public sealed record CommandResult(string Status, string? Output, string? Error, double Duration);

/// <summary>Why a command is not running now.</summary>
/// <param name="Reasons">The reasons, the most telling first.</param>
/// <param name="NextAt">When it next can run by itself; null: something else has to happen first.</param>
/// <param name="Ahead">How many commands come first.</param>
/// <param name="ExpiresAt">When it expires if it is not started.</param>
public sealed record Explanation(IReadOnlyList<ExplanationReason> Reasons, DateTimeOffset? NextAt, int? Ahead, DateTimeOffset? ExpiresAt);

/// <summary>One reason.</summary>
/// <param name="Code">Its name, for example <c>offline</c>.</param>
/// <param name="Message">In words.</param>
/// <param name="Until">When it passes by itself; null: it does not.</param>
public sealed record ExplanationReason(string Code, string Message, DateTimeOffset? Until);

/// <summary>A part of what a command printed.</summary>
/// <param name="Attempt">The claim that it belongs to, from 1.</param>
/// <param name="From">Where the part begins, in UTF-16 units.</param>
/// <param name="Next">Where the next part begins.</param>
/// <param name="Chunks">The pieces, in order.</param>
/// <param name="Gaps">What was lost in between.</param>
/// <param name="Truncated">More was printed than is kept.</param>
/// <param name="Complete">No more will come.</param>
public sealed record OutputPart(
    int Attempt, long From, long Next, IReadOnlyList<OutputPiece>? Chunks, IReadOnlyList<OutputGap>? Gaps, bool Truncated, bool Complete);

/// <summary>A piece of output.</summary>
/// <param name="Offset">Where it begins, in UTF-16 units.</param>
/// <param name="Text">The text.</param>
public sealed record OutputPiece(long Offset, string Text);

/// <summary>Output that was lost.</summary>
/// <param name="From">Where it began.</param>
/// <param name="To">Where what comes next begins.</param>
public sealed record OutputGap(long From, long To);

/// <summary>What a customer sends.</summary>
/// <param name="Type">The kind of work.</param>
/// <param name="Parameters">A JSON value; null: none.</param>
/// <param name="Priority">0 (last) to 9 (first).</param>
/// <param name="RequiresApproval">Whether a person must approve it; null: as its session has it.</param>
/// <param name="TimeoutMs">How long a claim may last in all; null: as long as the device extends it.</param>
/// <param name="IdempotencyKey">Sent again with the same content it is the same command.</param>
public sealed record NewCommand(
    string Type, JsonElement? Parameters, int Priority, bool? RequiresApproval, long? TimeoutMs, string IdempotencyKey);

internal sealed record SessionAnswer(Session Session);

internal sealed record SessionListAnswer(IReadOnlyList<Session> Sessions, long Total);

internal sealed record CommandAnswer(Command Command);

internal sealed record SentCommandAnswer(SentCommand Command);

/// <summary>A command that was accepted.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">Its state.</param>
public sealed record SentCommand(string Id, string Status);
