using Gateway.Api.Auth;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Devices;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Api.Wire;
using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Storage.Devices;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary><c>GET /api/v1/customer/sessions/{id}/commands/{commandId}/explain</c> (DESIGN, "The command queue").</summary>
internal static class ExplainEndpoint
{
    /// <summary>Says why a command is not running now, and when it next can.</summary>
    public static async Task<IResult> ExplainAsync(
        string id,
        string commandId,
        HttpContext context,
        Ownership ownership,
        SessionCommands commands,
        ICommandQueue queue,
        IDeviceStore devices,
        TimeProvider time)
    {
        var owned = await ownership.SessionAsync(id, context.User.CustomerId(), context.RequestAborted);
        if (!owned.TryGet(out var session, out var refused)) return refused;
        if (!WireIds.TryParseCommand(commandId, out var command)
            || await commands.FindAsync(session, command, context.RequestAborted) is null)
        {
            return Ownership.NoCommand();
        }

        var presence = (await devices.FindAsync(session.DeviceId, context.RequestAborted))?.Presence;
        var explain = new ExplainCommand(command, PresenceView.OfflineSince(presence, time.GetUtcNow()), presence?.LastSeen is null);
        var explanation = await queue.ExecuteAsync(session.DeviceId, explain, context.RequestAborted);
        if (explanation.State is not { } state) return Ownership.NoCommand();
        return Answer.Ok(
            new ExplainAnswer(
                new DecidedCommand(commandId, state.Name()),
                [.. explanation.Reasons.Select(reason => new ReasonView(reason.Code, reason.Message, WireTime.TextOrNull(reason.Until)))],
                WireTime.TextOrNull(explanation.NextAt),
                explanation.Ahead,
                WireTime.TextOrNull(explanation.ExpiresAt)),
            Answer.Json.ExplainAnswer);
    }
}

/// <summary>Why a command is not running.</summary>
/// <param name="Command">The command.</param>
/// <param name="Reasons">The reasons, the most telling first.</param>
/// <param name="NextAt">When it next can run by itself; absent: something else has to happen first, or never.</param>
/// <param name="Ahead">How many commands come first; absent: it does not wait in the queue.</param>
/// <param name="ExpiresAt">When it expires if it is not started; absent: it has ended.</param>
internal sealed record ExplainAnswer(
    DecidedCommand Command, IReadOnlyList<ReasonView> Reasons, string? NextAt, int? Ahead, string? ExpiresAt);

/// <summary>One reason.</summary>
/// <param name="Code"><c>approval</c>, <c>priority</c>, <c>claim_held</c>, <c>device_busy</c>, <c>draining</c>, <c>limit</c>, <c>offline</c>, <c>expired</c>, <c>ended</c> or <c>ready</c>.</param>
/// <param name="Message">In words.</param>
/// <param name="Until">When it passes by itself; absent: it does not.</param>
internal sealed record ReasonView(string Code, string Message, string? Until);
