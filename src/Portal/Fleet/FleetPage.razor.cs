using System.Globalization;
using Gateway.Portal.Api;
using Gateway.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Gateway.Portal.Fleet;

/// <summary>The customer's devices: found by status and words, each with its status as it is now.</summary>
public sealed partial class FleetPage : IAsyncDisposable
{
    private static readonly (string Status, string Label)[] Statuses =
        [(FleetQuery.All, "All"), (FleetQuery.Online, "Online"), (FleetQuery.Offline, "Offline")];

    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(5), CheckEvery = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<string, IDisposable> subscriptions = new(StringComparer.Ordinal);
    private FleetQuery query = new();
    private ApiProblem? problem;
    private string text = "";
    private int typed;

    [Inject] private GatewayClient Client { get; set; } = null!;

    [Inject] private LiveConnection Live { get; set; } = null!;

    [Inject] private NavigationManager Navigation { get; set; } = null!;

    [Inject] private TimeProvider Time { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "status")] private string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "search")] private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = "page")] private int? PageNumber { get; set; }

    /// <summary>What is shown; null: nothing was loaded yet.</summary>
    [PersistentState]
    public DeviceList? Loaded { get; set; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        stop.Dispose();
        foreach (var subscription in subscriptions.Values) subscription.Dispose();
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        var asked = FleetQuery.Of(Status, Search, PageNumber);
        var isFirst = asked == query && Loaded is not null;
        if (asked.Search != query.Search) text = asked.Search;
        query = asked;
        if (!isFirst) await LoadAsync();
    }

    /// <inheritdoc />
    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender) return;
        Watch();
        _ = RefreshAsync(stop.Token);
    }

    private static string Count(long total) => total == 1 ? "1 device" : string.Create(CultureInfo.InvariantCulture, $"{total:N0} devices");

    private static long Pages(long total) => (total + FleetQuery.PageSize - 1) / FleetQuery.PageSize;

    private async Task LoadAsync()
    {
        var asked = query;
        var answer = await Client.ListDevicesAsync(asked.Status, asked.Search, FleetQuery.PageSize, asked.Offset, CancellationToken.None);
        if (asked != query) return;
        problem = answer.Problem;
        if (answer.Value is null) return;
        Loaded = answer.Value;
        Watch();
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Live.State == LiveState.Live ? CheckEvery : PollEvery, Time, cancellationToken);
                await InvokeAsync(async () =>
                {
                    await LoadAsync();
                    StateHasChanged();
                });
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The page was left.
        }
    }

    /// <summary>Subscribes to what is shown, and to nothing else. Only in a circuit: a page that is rendered once sees no changes.</summary>
    private void Watch()
    {
        if (!RendererInfo.IsInteractive || Loaded is not { } list || stop.IsCancellationRequested) return;
        var shown = list.Devices.Select(device => device.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var id in subscriptions.Keys.Where(id => !shown.Contains(id)).ToList())
        {
            subscriptions.Remove(id, out var gone);
            gone!.Dispose();
        }

        foreach (var id in shown.Where(id => !subscriptions.ContainsKey(id)))
            subscriptions[id] = Live.Subscribe(id, update => _ = InvokeAsync(() => Take(update)));
    }

    private void Take(LiveUpdate update)
    {
        if (update.Device is not { } now || Loaded is not { } list) return;
        Loaded = list with
        {
            Devices =
            [
                .. list.Devices.Select(device => device.Id == update.DeviceId
                    ? device with { Name = now.Name, Status = now.Status, LastSeen = now.LastHeartbeat, Lifecycle = now.Lifecycle }
                    : device),
            ],
        };
        StateHasChanged();
    }

    private async Task TypedAsync(ChangeEventArgs change)
    {
        text = change.Value as string ?? "";
        var mine = ++typed;
        await Task.Delay(TypingPause, Time);
        if (mine == typed && !stop.IsCancellationRequested) SearchNow();
    }

    private void SearchNow()
    {
        typed++;
        var wanted = FleetQuery.Of(query.Status, text, 1);
        if (wanted.Search != query.Search) Navigation.NavigateTo(wanted.Address(), replace: true);
    }
}
