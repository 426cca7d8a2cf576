namespace Gateway.Agent.Commands;

/// <summary>One kind of command. It has no state: several may run at once.</summary>
internal interface ICommand
{
    /// <summary>The command's <c>type</c>, for example <c>disk_usage</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Does the work. When <paramref name="cancel"/> fires it ends soon, having stopped all that it started, by an answer
    /// that holds what there is so far or by <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <exception cref="InvalidParameterException">The parameters are not what the command takes.</exception>
    Task<CommandOutcome> RunAsync(Parameters parameters, CancellationToken cancel);
}

/// <summary>A command that prints while it runs.</summary>
internal interface IPrintingCommand : ICommand
{
    /// <param name="print">Takes what is printed, as it comes, from any thread; it never waits. Its sum is the outcome's output, uncut.</param>
    Task<CommandOutcome> RunAsync(Parameters parameters, Action<string> print, CancellationToken cancel);

    Task<CommandOutcome> ICommand.RunAsync(Parameters parameters, CancellationToken cancel) => RunAsync(parameters, static _ => { }, cancel);
}

/// <summary>What came of a command.</summary>
/// <param name="Output">JSON text from commands with a structured answer, else plain text.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
internal sealed record CommandOutcome(string? Output, string? Error)
{
    public static CommandOutcome Success(string output) => new(output, null);

    public static CommandOutcome Failure(string error, string? output = null) => new(output, error);
}

/// <summary>The message names the parameter and what is wrong with it: <c>parameters.port: must be ...</c>.</summary>
internal sealed class InvalidParameterException(string name, string problem) : Exception($"parameters.{name}: {problem}");
