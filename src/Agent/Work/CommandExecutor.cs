using System.Text.Json;
using Gateway.Agent.Commands;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Work;

/// <summary>Runs one command within its time limit and says how it ended, whatever happens in it.</summary>
/// <param name="longest">No command runs longer, whatever limit it brings; null: <see cref="LongestTimeout"/>.</param>
internal sealed class CommandExecutor(CommandCatalog catalog, TimeProvider time, ILogger log, TimeSpan? longest = null)
{
    /// <summary>For a command that brings no time limit.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary>No command of a device runs longer, whatever limit it brings.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(15);

    /// <summary>A gateway counts a command's own limit from the claim, and must have the device's word by then: a fifth is left for it, or so much.</summary>
    private static readonly TimeSpan LongestReserve = TimeSpan.FromSeconds(2);

    /// <param name="timeout">The limit that the command brings; null: none.</param>
    /// <param name="stopping">The agent stops: the command ends as a failure that says so.</param>
    /// <param name="dropped">Nobody wants the result any more: the command ends, and the answer is null.</param>
    /// <param name="print">Takes what the command prints while it runs; null: nobody asks.</param>
    public async Task<Execution?> RunAsync(
        string type, JsonElement parameters, TimeSpan? timeout, CancellationToken stopping, CancellationToken dropped,
        Action<string>? print = null)
    {
        (ICommand? command, string problem) = catalog.Find(type);
        if (command is null) return Execution.Failure(problem);

        TimeSpan limit = timeout ?? DefaultTimeout;
        TimeSpan most = longest ?? LongestTimeout;
        if (limit > most) limit = most;
        // It has waited for longer than it may take.
        if (limit < TimeSpan.Zero) limit = TimeSpan.Zero;
        TimeSpan reserve = timeout is null ? TimeSpan.Zero : limit / 5 < LongestReserve ? limit / 5 : LongestReserve;
        using var timer = new CancellationTokenSource(limit - reserve, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping, dropped);
        CommandOutcome outcome;
        try
        {
            outcome = command is IPrintingCommand printing && print is not null
                ? await printing.RunAsync(new Parameters(parameters), print, linked.Token)
                : await command.RunAsync(new Parameters(parameters), linked.Token);
        }
        catch (InvalidParameterException wrong)
        {
            return Execution.Failure(wrong.Message);
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            outcome = CommandOutcome.Failure("stopped");
        }
        catch (Exception broken)
        {
            // The border between the agent and a command: whatever breaks in one, the gateway gets an answer and the agent goes on.
            // The device's own words stay on the device.
            WorkLog.CommandBroke(log, type, broken.Message);
            outcome = CommandOutcome.Failure($"{type} could not be carried out on this device; the agent's log says why");
        }

        // Three who may have stopped it; a command that succeeded all the same has succeeded.
        if (dropped.IsCancellationRequested) return null;
        if (outcome.Error is not null && stopping.IsCancellationRequested) return Execution.Failure("agent stopping", outcome.Output);
        if (outcome.Error is not null && timer.IsCancellationRequested)
            return new Execution("timeout", outcome.Output, $"stopped after its time limit of {limit.TotalSeconds:0.###} s");
        return outcome.Error is null ? new Execution("success", outcome.Output, null) : Execution.Failure(outcome.Error, outcome.Output);
    }
}

/// <summary>How a command ended, in the specification's words: <c>success</c>, <c>failure</c> or <c>timeout</c>.</summary>
internal sealed record Execution(string Status, string? Output, string? Error)
{
    public static Execution Failure(string error, string? output = null) => new("failure", output, error);
}
