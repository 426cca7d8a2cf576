using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Api.Requests;
using Gateway.Api.Wire;
using Gateway.Core.Commands;

namespace Gateway.Api.Surfaces.Orchestrator.Tasks;

/// <summary>The body of <c>POST /api/devices/{device_id}/command</c>.</summary>
/// <param name="Command">The kind of work, 1 to 64 characters of <c>[A-Za-z0-9._-]</c>.</param>
/// <param name="Params">Its parameters, an object of at most 256 KiB. Default <c>{}</c>.</param>
/// <param name="Priority"><c>low</c>, <c>normal</c> (default) or <c>high</c>.</param>
/// <param name="Timeout">Seconds that it may take from its offer to the node, 1 to 86,400; 0 is as 86,400. Default 600.</param>
/// <param name="Queue">Whether it waits when it cannot run at once. Default true.</param>
/// <param name="IdempotencyKey">The sender's key, 1 to 128 characters: sent again with the same content it is the same task. Default: none.</param>
internal sealed partial record CommandRequest(string Command, JsonElement? Params, string Priority, int Timeout, bool Queue, string? IdempotencyKey)
{
    /// <summary>The longest that a task may take, in seconds.</summary>
    public const int MaxTimeout = 86_400;

    private const int DefaultTimeout = 600, MaxCommand = 64, MaxParams = 256 * 1024;

    /// <summary>The parameters as the queue takes them.</summary>
    public string CanonicalParams => Params is { } value ? CanonicalJson.Of(value) : "{}";

    /// <summary>How long a claim may last in all.</summary>
    public long TimeoutMs => 1_000L * (Timeout == 0 ? MaxTimeout : Timeout);

    /// <summary>Reads a body.</summary>
    public static CommandRequest Read(FieldReader body)
    {
        var command = body.Text("command", 1, MaxCommand);
        if (command.Length > 0 && !CommandName().IsMatch(command)) body.Refuse("command", "must be letters, digits, dots, dashes and underscores");
        var values = body.OptionalValue("params", MaxParams);
        if (values is { ValueKind: not JsonValueKind.Object }) body.Refuse("params", "must be an object", FieldProblem.Type);
        return new CommandRequest(
            command,
            values,
            body.OptionalOneOf("priority", OrchestratorStatus.Priorities),
            (int)(body.OptionalInteger("timeout", 0, MaxTimeout) ?? DefaultTimeout),
            body.OptionalFlag("queue") ?? true,
            body.OptionalText("idempotency_key", 1, WireLimits.IdempotencyKey));
    }

    [GeneratedRegex("^[A-Za-z0-9._-]+$")]
    private static partial Regex CommandName();
}
