using System.Text.Json;
using Gateway.Portal.Api;
using Gateway.Portal.Devices;
using Gateway.Portal.Shell;
using Gateway.Portal.Terminals;
using Microsoft.AspNetCore.Components;

namespace Gateway.Portal.Sessions;

/// <summary>One command of a session, from its approval to its result.</summary>
public sealed partial class CommandCard
{
    private ApiProblem? problem;
    private Explanation? explanation;
    private Command? details;
    private string? fetched, toldText;
    private TerminalView? toldView;
    private string shownStatus = "";
    private string words = "";
    private bool busy;

    /// <summary>What keeps the page up to date.</summary>
    [Parameter, EditorRequired]
    public DeviceFeed Feed { get; set; } = null!;

    /// <summary>The command's session.</summary>
    [Parameter, EditorRequired]
    public Session Session { get; set; } = null!;

    /// <summary>The command.</summary>
    [Parameter, EditorRequired]
    public SessionCommand Command { get; set; } = null!;

    private string Title => AgentCommands.Find(Command.Type)?.Title ?? Command.Type;

    /// <summary>What a decision is about, character by character.</summary>
    private string Payload => ShownText.Exact(JsonText.Of(JsonSerializer.SerializeToElement(new { type = Command.Type, parameters = Command.Parameters })));

    /// <summary>The device's word where there is one, otherwise what came while it ran.</summary>
    private TerminalView? Output
    {
        get
        {
            if ((Command.Result?.Output ?? fetched) is { Length: > 0 } told)
            {
                if (told != toldText) (toldText, toldView) = (told, new TerminalView(TerminalText.Of(JsonText.Pretty(told))));
                return toldView;
            }

            var watched = Feed.OutputOf(Command.Id);
            return watched is { Blocks.Count: 0 } && Command.Status != CommandStates.Claimed ? null : watched;
        }
    }

    private bool CanShowOutput => Output is null && (Command.ResultOmitted
        || (Command.Result is null && Command.Status is CommandStates.TimedOut or CommandStates.Unknown or CommandStates.Cancelled or CommandStates.DeadLettered
            && Feed.OutputOf(Command.Id) is null));

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        if (shownStatus == Command.Status) return;
        // What was said about an earlier state no longer holds.
        (shownStatus, explanation, details) = (Command.Status, null, null);
    }

    private Task DecideAsync(bool approved) => DoAsync(async () =>
    {
        var reason = string.IsNullOrWhiteSpace(words) ? null : words.Trim();
        var answer = await Client.DecideAsync(Session.Id, Command.Id, approved, Command.Digest, reason, CancellationToken.None);
        Feed.Wake();
        return answer.Problem;
    });

    private Task CancelAsync() => DoAsync(async () =>
    {
        var answer = await Client.CancelAsync(Session.Id, Command.Id, CancellationToken.None);
        Feed.Wake();
        return answer.Problem;
    });

    private Task ExplainAsync() => DoAsync(async () =>
    {
        var answer = await Client.ExplainAsync(Session.Id, Command.Id, CancellationToken.None);
        explanation = answer.Value;
        return answer.Problem;
    });

    private Task DetailsAsync() => DoAsync(async () =>
    {
        if (details is not null)
        {
            details = null;
            return null;
        }

        var answer = await Client.CommandAsync(Session.Id, Command.Id, CancellationToken.None);
        details = answer.Value;
        return answer.Problem;
    });

    private Task ShowOutputAsync() => DoAsync(async () =>
    {
        if (!Command.ResultOmitted)
        {
            Feed.WatchOutput(Command.Id);
            return null;
        }

        var answer = await Client.CommandAsync(Session.Id, Command.Id, CancellationToken.None);
        fetched = answer.Value?.Result?.Output;
        return answer.Problem;
    });

    private async Task DoAsync(Func<Task<ApiProblem?>> act)
    {
        if (busy) return;
        busy = true;
        problem = await act();
        busy = false;
    }
}
