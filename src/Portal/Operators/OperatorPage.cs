using Gateway.Portal.Nodes.Desk;
using Gateway.Portal.SignIn;
using Microsoft.AspNetCore.Components;

namespace Gateway.Portal.Operators;

/// <summary>A page for operators: has their desk, watches what it shows, and ends with the sign-in.</summary>
public abstract class OperatorPage : ComponentBase, IDisposable
{
    private readonly List<Action> leave = [];
    private bool isGone;

    [Inject] private OperatorAccess Access { get; set; } = null!;

    /// <summary>Leads to other pages.</summary>
    [Inject]
    protected NavigationManager Navigation { get; set; } = null!;

    /// <summary>The operator's desk; null: nobody is signed in any more, and the page leads to the sign-in.</summary>
    private protected OperatorDesk? Desk { get; private set; }

    /// <inheritdoc />
    public void Dispose()
    {
        isGone = true;
        Unwatch();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        Desk = await Access.DeskAsync();
        if (Desk is null) Navigation.NavigateTo(SignInAddress.Of(Navigation, "over"), forceLoad: true);
    }

    /// <summary>Shows something from here on: as it was seen lately at first, and live in a circuit.</summary>
    private protected async Task WatchAsync(Watched what)
    {
        await Desk!.LookOnceAsync(what, CancellationToken.None);
        // Meanwhile the page may have been left.
        if (RendererInfo.IsInteractive && !isGone) leave.Add(Desk.Watch(what, Refresh).Dispose);
    }

    /// <summary>Shows a run as it goes on.</summary>
    private protected void Watch(CommandRun run)
    {
        if (!RendererInfo.IsInteractive) return;
        run.Changed += Refresh;
        leave.Add(() => run.Changed -= Refresh);
    }

    /// <summary>Shows nothing of what was watched any longer.</summary>
    private protected void Unwatch()
    {
        foreach (var watch in leave) watch();
        leave.Clear();
    }

    /// <summary>Shows the page anew; on any flow.</summary>
    private protected void Refresh() => _ = InvokeAsync(async () =>
    {
        if (isGone) return;
        if (await Access.DeskAsync() is null) Navigation.NavigateTo(SignInAddress.Of(Navigation, "over"), forceLoad: true);
        else StateHasChanged();
    });
}
