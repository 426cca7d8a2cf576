using Gateway.Portal.Api;
using Gateway.Portal.Live;
using Gateway.Portal.Shell;
using Microsoft.AspNetCore.Components;

namespace Gateway.Portal.Devices;

/// <summary>One device: how it does, what was and is worked on with it.</summary>
public sealed partial class DevicePage : IAsyncDisposable
{
    private DeviceFeed? feed;
    private DeviceStatus? device;
    private Activation? activation;
    private ApiProblem? actionProblem;
    private List<(MetricKind Kind, IReadOnlyList<MetricSample> Samples)> charts = [];
    private bool busy;

    [Inject] private GatewayClient Client { get; set; } = null!;

    [Inject] private LiveConnection Live { get; set; } = null!;

    [Inject] private TimeProvider Time { get; set; } = null!;

    /// <summary>The device's id.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    /// <summary>What was loaded when the page was rendered for the first time.</summary>
    [PersistentState]
    public DeviceSnapshot? Loaded { get; set; }

    private string Name => ShownText.Name(device?.Name ?? Id);

    private List<Session> Earlier => [.. feed!.Sessions.Where(session => session.Id != feed.Session?.Id)];

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (feed is null) return;
        feed.Changed -= Changed;
        await feed.DisposeAsync();
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (feed?.DeviceId == Id) return;
        if (feed is not null) await DisposeAsync();
        (device, activation, actionProblem, charts) = (null, null, null, []);
        feed = new DeviceFeed(Client, Live, Time);
        var known = Loaded?.Device.Id == Id ? Loaded : null;
        feed.Begin(Id, null, known?.Device, known?.Session, known?.Sessions);
        if (known is null) await feed.LoadAsync(CancellationToken.None);
        Show();
        if (feed.Device is { } loaded) Loaded = new DeviceSnapshot(loaded, feed.Session, feed.Sessions);
        if (!RendererInfo.IsInteractive) return;
        feed.Changed += Changed;
        feed.Start();
    }

    private void Changed() => _ = InvokeAsync(() =>
    {
        Show();
        StateHasChanged();
    });

    private void Show()
    {
        device = feed!.Device;
        charts = feed.Read(metrics => MetricKind.ToDraw(metrics.Names)
            .Select(kind => (kind, (IReadOnlyList<MetricSample>)[.. metrics[kind.Name]])).ToList());
    }

    private double? Number(string name) => feed!.Read(metrics => metrics[name] is [.., var last] ? (double?)last.Value : null);

    private async Task SetSuspendedAsync(bool suspended)
    {
        if (busy) return;
        busy = true;
        actionProblem = (await Client.SetSuspendedAsync(Id, suspended, CancellationToken.None)).Problem;
        busy = false;
        feed?.Wake();
    }

    private async Task ReprovisionAsync()
    {
        if (busy) return;
        busy = true;
        var answer = await Client.ReprovisionAsync(Id, CancellationToken.None);
        (activation, actionProblem) = (answer.Value, answer.Problem);
        busy = false;
        feed?.Wake();
    }
}

/// <summary>What a device's page shows at first.</summary>
/// <param name="Device">The device.</param>
/// <param name="Session">The session that is shown; null: none.</param>
/// <param name="Sessions">The last sessions.</param>
public sealed record DeviceSnapshot(DeviceStatus Device, Session? Session, IReadOnlyList<Session> Sessions);
