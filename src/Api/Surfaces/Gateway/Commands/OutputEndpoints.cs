using Gateway.Api.Auth;
using Gateway.Api.Channels.Output;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Api.Wire;
using Gateway.Core.History;
using Gateway.Storage.Output;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary>
/// <c>POST /api/v1/device/commands/{id}/output</c> and <c>GET /api/v1/customer/sessions/{id}/commands/{commandId}/output</c>: our addition, as the
/// specification shows output only when a command has ended (docs/gateway-surface.md).
/// </summary>
internal static class OutputEndpoints
{
    private const int MinText = 1_024, DefaultText = 65_536, MaxText = 262_144;

    /// <summary>How long after an attempt's end each replica has written what it took.</summary>
    private static readonly TimeSpan Settled = 3 * OutputBatcher.Interval;

    /// <summary>Takes a piece of output.</summary>
    public static Task<IResult> DeliverAsync(string id, HttpContext context, IOutputSink sink) => JsonBody.AnswerAsync(
        context, OutputRequest.Read, request => AcceptAsync(context.User.DeviceId(), id, request, sink, context.RequestAborted), Answer.Json.OutputAnswer);

    /// <summary>Takes a piece of output of a device's command, by whatever way it came.</summary>
    public static async Task<OrError<OutputAnswer>> AcceptAsync(
        string deviceId, string id, OutputRequest request, IOutputSink sink, CancellationToken cancellationToken)
    {
        if (!WireIds.TryParseCommand(id, out var commandId)) return Ownership.NoCommand();
        var chunk = new OutputChunk(commandId, request.ClaimToken, request.Chunk, request.Offset, request.Text);
        return await sink.AcceptAsync(deviceId, chunk, cancellationToken) switch
        {
            OutputOutcome.Accepted => new OutputAnswer(true, null),
            OutputOutcome.Truncated => new OutputAnswer(true, true),
            _ => GatewayErrors.Result(GatewayErrorCode.Forbidden, "Invalid claim token or visibility expired"),
        };
    }

    /// <summary>Reads output from an offset.</summary>
    public static async Task<IResult> ReadAsync(
        string id,
        string commandId,
        HttpContext context,
        Ownership ownership,
        SessionCommands commands,
        ICommandOutput output,
        OutputBatcher batcher,
        TimeProvider time)
    {
        var query = new QueryReader(context.Request.Query);
        var wanted = query.Integer("attempt", 0, 1, int.MaxValue);
        var offset = query.Integer("offset", 0, 0, int.MaxValue);
        var limit = query.Integer("limit", DefaultText, MinText, MaxText);
        if (query.Refusal() is { } invalid) return invalid;
        var owned = await ownership.SessionAsync(id, context.User.CustomerId(), context.RequestAborted);
        if (!owned.TryGet(out var session, out var refused)) return refused;
        if (!WireIds.TryParseCommand(commandId, out var command)
            || await commands.FindAsync(session, command, context.RequestAborted) is not { } record)
            return Ownership.NoCommand();
        var attempt = wanted > 0 ? wanted : record.Attempt ?? 0;
        if (attempt > (record.Attempt ?? 0)) return GatewayErrors.Result(GatewayErrorCode.NotFound, "The command has no such attempt");

        // What this replica has answered is shown at once.
        if (batcher.Pending > 0) await batcher.FlushAsync(context.RequestAborted);
        var page = await output.ReadAsync(session.DeviceId, command, attempt, offset, limit, context.RequestAborted);
        var isOver = OverSince(record, attempt) is { } end && time.GetUtcNow() >= DateTimeOffset.FromUnixTimeMilliseconds(end) + Settled;
        return Answer.Ok(OutputView.Of(attempt, offset, page, isOver), Answer.Json.OutputView);
    }

    /// <summary>When an attempt ended at the latest, in Unix milliseconds; null: it lasts, or there was none yet.</summary>
    private static long? OverSince(CommandRecord record, int attempt)
    {
        if (record.EndedAt is { } ended) return ended;
        if (attempt == 0) return null;
        return attempt < record.Attempt ? record.ClaimedAt : record.VisibleUntil;
    }
}

/// <summary>A piece of what a running command printed.</summary>
/// <param name="ClaimToken">The claim under which it runs.</param>
/// <param name="Chunk">The how-manieth piece of this claim, from 0. One that was taken before is passed over.</param>
/// <param name="Offset">How much was printed before it, in UTF-16 units, lost or not.</param>
/// <param name="Text">What was printed.</param>
internal sealed record OutputRequest(string ClaimToken, int Chunk, long Offset, string Text)
{
    /// <summary>Reads a body.</summary>
    public static OutputRequest Read(FieldReader body)
    {
        var text = body.OptionalOutput("text");
        if (text is null) body.Refuse("text", "is required");
        return new OutputRequest(
            body.Text("claimToken", 1, WireLimits.Token),
            (int)body.Integer("chunk", 0, int.MaxValue),
            body.Integer("offset", 0, (long)WireLimits.Number),
            text ?? "");
    }
}

/// <summary>The piece was taken.</summary>
/// <param name="Success">True.</param>
/// <param name="Truncated">True: there is as much as is kept, and what goes beyond is dropped; absent otherwise.</param>
internal sealed record OutputAnswer(bool Success, bool? Truncated);

/// <summary>A part of what a command printed. Offsets count UTF-16 units from the attempt's start.</summary>
/// <param name="Attempt">The how-manieth claim of the command, from 1; 0: it has not been claimed.</param>
/// <param name="From">Where this part begins.</param>
/// <param name="Next">Where to read on.</param>
/// <param name="Chunks">The texts, in order.</param>
/// <param name="Gaps">What was lost on the way, in order.</param>
/// <param name="Truncated">Whether the attempt printed more than the 1 Mi units that are kept.</param>
/// <param name="Complete">Whether the attempt is over and this part reaches its end.</param>
internal sealed record OutputView(
    int Attempt, long From, long Next, IReadOnlyList<OutputTextView> Chunks, IReadOnlyList<OutputGapView> Gaps, bool Truncated, bool Complete)
{
    /// <summary>As it is kept.</summary>
    public static OutputView Of(int attempt, long from, OutputPage page, bool isOver) => new(
        attempt,
        from,
        page.Next,
        [.. page.Texts.Select(piece => new OutputTextView(piece.Offset, piece.Text))],
        [.. page.Gaps.Select(gap => new OutputGapView(gap.From, gap.To))],
        page.IsTruncated,
        isOver && !page.HasMore);
}

/// <summary>A text and where it begins.</summary>
internal sealed record OutputTextView(long Offset, string Text);

/// <summary>A stretch that was lost.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where what follows begins.</param>
internal sealed record OutputGapView(long From, long To);
