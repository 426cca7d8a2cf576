using System.Globalization;
using System.Text.Json;
using Gateway.Portal.Api;
using Gateway.Portal.Sessions;

namespace Gateway.Portal.Nodes;

/// <summary>The form that makes a task for devices behind nodes: a command, its place in the queue and the time that it may take.</summary>
internal sealed class TaskForm
{
    /// <summary>The longest that a task may take, in seconds.</summary>
    public const int MaxTimeout = 86_400;

    /// <summary>What is to be done.</summary>
    public CommandForm Command { get; } = new();

    /// <summary><c>low</c>, <c>normal</c> or <c>high</c>.</summary>
    public string Priority { get; set; } = "normal";

    /// <summary>Seconds that it may take, as typed.</summary>
    public string Timeout { get; set; } = "600";

    /// <summary>What is wrong with <see cref="Timeout"/>; null: nothing.</summary>
    public string? TimeoutError { get; private set; }

    /// <summary>What is wrong with the parameters that the command's own form does not see; null: nothing.</summary>
    public string? ParametersError { get; private set; }

    /// <summary>What is to be sent; null: something is wrong, which the errors tell.</summary>
    public NewTask? Make()
    {
        var content = Command.Content();
        TimeoutError = int.TryParse(Timeout.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= MaxTimeout
            ? null
            : "A whole number from 1 to 86,400.";
        ParametersError = content is { Parameters: { ValueKind: not JsonValueKind.Object } } ? "The parameters must be a JSON object." : null;
        return content is { } made && TimeoutError is null && ParametersError is null
            ? new NewTask(made.Type, made.Parameters, Priority, seconds, Command.Key)
            : null;
    }
}
