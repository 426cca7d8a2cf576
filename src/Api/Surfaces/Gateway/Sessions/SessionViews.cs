using System.Text.Json;
using Gateway.Api.Surfaces.Gateway.Commands;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Api.Wire;
using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Storage.History;

namespace Gateway.Api.Surfaces.Gateway.Sessions;

/// <summary>
/// Reads sessions from history. Commands are read few at a time and results shown up to a budget, so that one answer stays of
/// bounded size whatever the devices printed; a result that is left out is had by <c>GET …/commands/{commandId}</c>.
/// </summary>
internal sealed class SessionViews(ISessionStore sessions, TimeProvider time)
{
    /// <summary>Most commands in one answer.</summary>
    public const int MaxCommands = 1_000;

    /// <summary>How much of results one answer shows, in UTF-16 units of their texts.</summary>
    public const int ResultBudget = 8 * 1024 * 1024;

    private const int Batch = 16;

    /// <summary>A session with up to <paramref name="limit"/> of its commands after one; null: there is none.</summary>
    public async Task<SessionView?> ViewAsync(string sessionId, string? after, int limit, CancellationToken cancellationToken)
    {
        if (await sessions.FindSessionAsync(sessionId, cancellationToken) is not { } session) return null;
        var (commands, next) = await ReadAsync(sessions.ListCommandsAsync, sessionId, after, limit, cancellationToken);
        return Show(session, commands) with { NextAfter = next is null ? null : WireIds.Command(next) };
    }

    /// <summary>A session with up to <paramref name="limit"/> of its last commands; null: there is none.</summary>
    public async Task<SessionView?> ViewLastAsync(string sessionId, int limit, CancellationToken cancellationToken)
    {
        if (await sessions.FindSessionAsync(sessionId, cancellationToken) is not { } session) return null;
        var (commands, next) = await ReadAsync(sessions.ListNewestCommandsAsync, sessionId, null, limit, cancellationToken);
        commands.Reverse();
        return Show(session, commands) with { HasEarlier = next is null ? null : true };
    }

    /// <summary>A session's status: one whose time has passed has expired, whether the clock's event has come or not.</summary>
    public static string StatusAt(SessionRecord session, DateTimeOffset now) =>
        session.Status == SessionTypes.Active && session.ExpiresAt <= now.ToUnixTimeMilliseconds() ? SessionTypes.Expired : session.Status;

    /// <summary>Up to <paramref name="limit"/> commands from one on, and the last of them when there are more.</summary>
    private static async Task<(List<SessionCommandView> Commands, string? Next)> ReadAsync(
        Func<string, string?, int, CancellationToken, Task<IReadOnlyList<CommandRecord>>> read, string sessionId, string? from, int limit,
        CancellationToken cancellationToken)
    {
        var commands = new List<SessionCommandView>();
        var budget = (long)ResultBudget;
        while (true)
        {
            // One more than is shown, to know whether there are more.
            var batch = await read(sessionId, from, Math.Min(Batch, limit - commands.Count + 1), cancellationToken);
            foreach (var record in batch)
            {
                if (commands.Count == limit) return (commands, from);
                commands.Add(Show(record, ref budget));
                from = record.CommandId;
            }

            if (batch.Count == 0) return (commands, null);
        }
    }

    private SessionView Show(SessionRecord session, IReadOnlyList<SessionCommandView> commands) => new(
        session.Id,
        session.DeviceId,
        session.Type,
        StatusAt(session, time.GetUtcNow()),
        session.Description,
        commands,
        WireTime.Text(session.CreatedAt),
        WireTime.Text(session.ExpiresAt),
        WireTime.TextOrNull(session.EndedAt),
        session.EndedBy,
        NextAfter: null);

    private static SessionCommandView Show(CommandRecord record, ref long budget)
    {
        var result = record.Result;
        if (result is not null) budget -= (result.Output?.Length ?? 0) + (result.Error?.Length ?? 0);
        return SessionCommandView.Of(record, showsResult: budget >= 0);
    }
}

/// <summary>A session and its commands, in the order in which they were accepted.</summary>
/// <param name="Id">The session.</param>
/// <param name="DeviceId">Its device.</param>
/// <param name="Type"><c>diagnostic</c> or <c>remediation</c>.</param>
/// <param name="Status"><c>active</c>, <c>closed</c> or <c>expired</c>.</param>
/// <param name="Description">The customer's words.</param>
/// <param name="Commands">The commands.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="EndedBy">Who ended it, for example <c>customer:abc</c>; absent: the clock.</param>
/// <param name="NextAfter">There are more commands: the value of <c>after</c> that shows them.</param>
/// <param name="HasEarlier">True: the last commands were asked for, and there are earlier ones.</param>
internal sealed record SessionView(
    string Id, string DeviceId, string Type, string Status, string? Description, IReadOnlyList<SessionCommandView> Commands,
    string CreatedAt, string ExpiresAt, string? EndedAt, string? EndedBy, string? NextAfter, bool? HasEarlier = null);

/// <summary>A command as its session shows it.</summary>
/// <param name="Id">The command.</param>
/// <param name="SessionId">Its session.</param>
/// <param name="Type">The kind of work.</param>
/// <param name="Status">Its state.</param>
/// <param name="Priority">0 (last) to 9 (first).</param>
/// <param name="Attempt">How often it was claimed.</param>
/// <param name="Seq">The number of the device's last event about it: of two views of a command the one with the higher number is the later.</param>
/// <param name="Parameters">While it waits for approval: exactly what would run.</param>
/// <param name="ParametersOmitted">True: it waits for approval of parameters that are too large to be shown here.</param>
/// <param name="Digest">While it waits for approval: what <c>approve</c> can be bound to.</param>
/// <param name="Result">The device's word.</param>
/// <param name="ResultOmitted">True: there is a result, too large to be shown here.</param>
/// <param name="Reason">Why it is in its state, in words.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="EndedAt">When it ended.</param>
internal sealed record SessionCommandView(
    string Id, string? SessionId, string Type, string Status, int Priority, int Attempt, long Seq, JsonElement? Parameters, bool? ParametersOmitted,
    string? Digest, ResultView? Result, bool? ResultOmitted, string? Reason, string CreatedAt, string? EndedAt)
{
    /// <summary>As history has it.</summary>
    /// <param name="record">The command, with its definition.</param>
    /// <param name="showsResult">Whether there is room for its result, if it has one.</param>
    /// <param name="showsParameters">Whether there is room for its parameters, if it waits for approval.</param>
    public static SessionCommandView Of(CommandRecord record, bool showsResult = true, bool showsParameters = true)
    {
        var definition = record.Definition!;
        var isPending = record.State == CommandState.PendingApproval;
        return new SessionCommandView(
            WireIds.Command(record.CommandId),
            definition.SessionId,
            definition.Type,
            record.State.Name(),
            definition.Priority,
            record.Attempt ?? 0,
            record.LastSeq,
            isPending && showsParameters ? JsonElement.Parse(definition.Parameters.Text!) : null,
            isPending && !showsParameters ? true : null,
            isPending ? definition.Digest : null,
            record.Result is { } result && showsResult ? ResultView.Of(result) : null,
            record.Result is not null && !showsResult ? true : null,
            record.Reason,
            WireTime.Text(definition.CreatedAt),
            WireTime.TextOrNull(record.EndedAt));
    }
}
