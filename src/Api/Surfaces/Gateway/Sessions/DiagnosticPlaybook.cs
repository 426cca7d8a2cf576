using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Api.Surfaces.Gateway.Commands;
using Gateway.Core.Commands;
using Gateway.Core.Ids;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway.Sessions;

/// <summary>Queues the commands that every new diagnostic session begins with (DESIGN, "Where the specifications are silent or disagree").</summary>
internal sealed class DiagnosticPlaybook(
    ICommandQueue queue, IOptions<PlaybookOptions> options, IOptions<CommandOptions> commands, ILogger<DiagnosticPlaybook> logger)
{
    /// <summary>
    /// Queues them for a session that was just opened. When the queue fails half-way, the session is closed again, so that the
    /// customer's next attempt begins afresh instead of meeting a session without its playbook.
    /// </summary>
    public async Task QueueAsync(string deviceId, string sessionId, string by)
    {
        try
        {
            for (var i = 0; i < options.Value.Diagnostic.Count; i++)
            {
                var command = options.Value.Diagnostic[i];
                var enqueue = new Enqueue
                {
                    Type = command.Type,
                    Parameters = command.CanonicalParameters(),
                    By = by,
                    SessionId = sessionId,
                    AtMostOnce = commands.Value.IsAtMostOnce(command.Type),
                    IdempotencyKey = $"playbook:{sessionId}:{i}",
                    Entropy = RandomNumberGenerator.GetBytes(SortableId.EntropyBytes),
                };
                // Not cancelled with the request: a session is opened whole or not at all.
                var outcome = await queue.ExecuteAsync(deviceId, enqueue, CancellationToken.None);
                if (outcome.Status is EnqueueStatus.Accepted or EnqueueStatus.AlreadyAccepted) continue;
                GatewayLog.PlaybookCommandRefused(logger, i, sessionId, deviceId, outcome.Status.ToString());
            }
        }
        catch (QueueUnavailableException problem)
        {
            GatewayLog.PlaybookFailed(logger, problem, sessionId, deviceId);
            await queue.ExecuteAsync(deviceId, new CloseSession(sessionId, by), CancellationToken.None);
            throw;
        }
    }
}

/// <summary>Settings under <c>Gateway:Playbooks</c>.</summary>
internal sealed class PlaybookOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway:Playbooks";

    /// <summary>What a new diagnostic session queues, in this order. Default nothing, at most 20 commands.</summary>
    public IList<PlaybookCommand> Diagnostic { get; } = [];
}

/// <summary>One command of a playbook.</summary>
internal sealed class PlaybookCommand
{
    /// <summary>The kind of work, 1 to 64 characters of <c>[A-Za-z0-9._-]</c>.</summary>
    public string Type { get; set; } = "";

    /// <summary>
    /// The parameters as a JSON text, for example <c>{"host":"example.org","port":443}</c>: configuration knows only texts, and
    /// could not tell the number 443 from the text "443". Default <c>{}</c>.
    /// </summary>
    public string Parameters { get; set; } = "{}";

    /// <summary>The parameters as the queue takes them. Throws <see cref="JsonException"/> when they are not JSON.</summary>
    public string CanonicalParameters()
    {
        using var document = JsonDocument.Parse(Parameters, new JsonDocumentOptions { AllowDuplicateProperties = false });
        return CanonicalJson.Of(document.RootElement);
    }
}

/// <summary>Finds every mistake of the playbooks at start.</summary>
internal sealed class PlaybookValidator(IConfiguration configuration) : IValidateOptions<PlaybookOptions>
{
    private const int MaxCommands = 20;

    public ValidateOptionsResult Validate(string? name, PlaybookOptions options)
    {
        var failures = new List<string>();
        if (options.Diagnostic.Count > MaxCommands)
            failures.Add($"{PlaybookOptions.Section}:Diagnostic has {options.Diagnostic.Count} commands; at most {MaxCommands} are allowed.");
        for (var i = 0; i < options.Diagnostic.Count; i++)
        {
            var at = $"{PlaybookOptions.Section}:Diagnostic:{i}";
            if (!CommandTypes.IsValid(options.Diagnostic[i].Type))
                failures.Add($"{at}:Type is \"{options.Diagnostic[i].Type}\"; it must match {CommandTypes.Pattern}.");
            if (!IsJson(options.Diagnostic[i]) || configuration.GetSection($"{at}:Parameters").GetChildren().Any())
                failures.Add($"{at}:Parameters must be a JSON text, for example \"{{\\\"host\\\":\\\"example.org\\\"}}\".");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsJson(PlaybookCommand command)
    {
        try
        {
            command.CanonicalParameters();
            return true;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
