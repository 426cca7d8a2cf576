using System.Globalization;
using Gateway.Portal.Api;
using Gateway.Portal.Nodes.Desk;
using Gateway.Portal.Operators;
using Microsoft.AspNetCore.Components;

namespace Gateway.Portal.Nodes;

/// <summary>The nodes and the devices behind them, as they are now: found, chosen, and told what to do.</summary>
public sealed partial class NodesPage : OperatorPage
{
    private static readonly (string Status, string Label)[] Statuses =
    [
        (FrontedStates.Active, "Active"), (FrontedStates.Idle, "Idle"), (FrontedStates.Error, "Error"), (FrontedStates.Offline, "Offline"),
    ];

    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(300), RunsStay = TimeSpan.FromMinutes(10);

    private readonly Selection selection = new();
    private IReadOnlyList<(NodeItem Node, IReadOnlyList<FrontedDevice> Devices)> shown = [];
    private FarmView? seen;
    private NodesQuery query = new();
    private string text = "";
    private string? resetting;
    private bool isComposing;
    private int typed;

    [Inject] private TimeProvider Time { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "status")] private string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "search")] private string? Search { get; set; }

    private FarmView? Farm => Desk?.Farm.Value;

    private List<CommandRun> Runs =>
        [.. Desk?.Runs.Where(run => !run.IsOver || Time.GetUtcNow() - run.StartedAt < RunsStay).Take(3) ?? []];

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        if (Desk is not null) await WatchAsync(Desk.Farm);
    }

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        var asked = NodesQuery.Of(Status, Search);
        if (asked.Search != query.Search) text = asked.Search;
        query = asked;
        Show();
    }

    /// <inheritdoc />
    protected override bool ShouldRender()
    {
        if (!ReferenceEquals(seen, Farm)) Show();
        return true;
    }

    private static string Summary(FarmView farm)
    {
        var online = farm.Nodes.Count(node => node.Status != FrontedStates.Offline);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{online:N0} of {farm.Nodes.Count:N0} {(farm.Nodes.Count == 1 ? "node" : "nodes")} online, {farm.Devices.Count:N0} {(farm.Devices.Count == 1 ? "device" : "devices")}");
    }

    private void Show()
    {
        seen = Farm;
        if (seen is null) return;
        shown = query.Of(seen);
        selection.Keep(seen.Devices.ContainsKey);
    }

    private void Pick((string Id, bool IsRange) pressed) =>
        selection.Pick(pressed.Id, pressed.IsRange, [.. shown.SelectMany(node => node.Devices).Select(device => device.Id)]);

    private void PickAll((IEnumerable<string> Ids, bool IsChosen) all) => selection.Set(all.Ids, all.IsChosen);

    private Task<bool> RunAsync(NewTask task)
    {
        var run = Desk!.Start(task, selection.Ids);
        Navigation.NavigateTo($"/nodes/runs/{run.Id}");
        return Task.FromResult(true);
    }

    private async Task TypedAsync(ChangeEventArgs change)
    {
        text = change.Value as string ?? "";
        var mine = ++typed;
        await Task.Delay(TypingPause, Time);
        if (mine == typed) SearchNow();
    }

    private void SearchNow()
    {
        typed++;
        var wanted = NodesQuery.Of(query.Status, text);
        if (wanted.Search != query.Search) Navigation.NavigateTo(wanted.Address(), replace: true);
    }
}
