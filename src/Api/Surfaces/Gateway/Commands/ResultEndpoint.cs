using Gateway.Api.Auth;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Access;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Surfaces.Gateway.Wire;
using Gateway.Api.Wire;
using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary><c>POST /api/v1/device/commands/{id}/result</c> (gateway-api.md). The same result again is answered the same.</summary>
internal static class ResultEndpoint
{
    /// <summary>Takes a result.</summary>
    public static Task<IResult> SubmitAsync(string id, HttpContext context, ICommandQueue queue) => JsonBody.AnswerAsync(
        context, ResultRequest.Read, request => ApplyAsync(context.User.DeviceId(), id, request, queue, context.RequestAborted), Answer.Json.ResultAnswer);

    /// <summary>Takes a result of a device, by whatever way it came.</summary>
    public static async Task<OrError<ResultAnswer>> ApplyAsync(
        string deviceId, string id, ResultRequest request, ICommandQueue queue, CancellationToken cancellationToken)
    {
        if (!WireIds.TryParseCommand(id, out var commandId)) return Ownership.NoCommand();
        var outcome = await queue.ExecuteAsync(deviceId, request.ToOperation(commandId, deviceId), cancellationToken);
        return outcome.Status switch
        {
            ResultStatus.Accepted or ResultStatus.Repeated =>
                new ResultAnswer(true, outcome.NextId is { } next ? new NextCommand(WireIds.Command(next)) : null),
            ResultStatus.NotFound => Ownership.NoCommand(),
            ResultStatus.AlreadyEnded => GatewayErrors.ConflictOf("Command already completed by another claim", outcome.State!.Value.Name()),
            _ => GatewayErrors.Result(GatewayErrorCode.Forbidden, "Invalid claim token or visibility expired"),
        };
    }
}

/// <summary>A device's word about a command.</summary>
/// <param name="ClaimToken">The claim.</param>
/// <param name="Status"><c>success</c>, <c>failure</c> or <c>timeout</c>.</param>
/// <param name="ExecutedAt">When it ran, by the device's clock.</param>
/// <param name="Duration">How long it ran, in milliseconds.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What went wrong.</param>
internal sealed record ResultRequest(
    string ClaimToken, string Status, DateTimeOffset ExecutedAt, double Duration, string? Output = null, string? Error = null)
{
    /// <summary>Reads a body.</summary>
    public static ResultRequest Read(FieldReader body) => new(
        body.Text("claimToken", 1, WireLimits.Token),
        body.OneOf("status", "success", "failure", "timeout"),
        body.Time("executedAt"),
        body.Number("duration", 0, WireLimits.Number),
        body.OptionalOutput("output"),
        body.OptionalOutput("error"));

    /// <summary>As the queue takes it.</summary>
    public SubmitResult ToOperation(string commandId, string deviceId) => new()
    {
        CommandId = commandId,
        Token = ClaimToken,
        State = Status switch
        {
            "success" => CommandState.Completed,
            "failure" => CommandState.Failed,
            _ => CommandState.TimedOut,
        },
        Status = Status,
        Output = Output,
        Error = Error,
        ExecutedAt = ExecutedAt.ToUnixTimeMilliseconds(),
        DurationMs = Duration,
        By = Caller.DeviceActor(deviceId),
    };
}

/// <summary>The result was taken.</summary>
/// <param name="Success">True.</param>
/// <param name="NextCommand">The next command that waits, as a hint; absent: none.</param>
internal sealed record ResultAnswer(bool Success, NextCommand? NextCommand);

/// <summary>A command to claim next.</summary>
internal sealed record NextCommand(string Id);
