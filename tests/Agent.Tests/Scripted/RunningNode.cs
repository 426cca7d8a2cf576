using Gateway.Agent.AllowList;
using Gateway.Agent.Nodes;
using Gateway.Agent.Nodes.Link;

namespace Gateway.Agent.Tests.Scripted;

/// <summary>A node that runs in the test's process, with short waits, against a scripted server.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource hurry = new();

    private RunningNode(NodeSettings settings, AllowedWork work) =>
        Ended = Task.Run(() => new NodeRunner(settings, work, TimeProvider.System, Log).RunAsync(stop.Token, hurry.Token));

    public RecordedLog Log { get; } = new();

    public Task Ended { get; }

    /// <summary>Starts a node; its scripts are in the folder's <c>scripts</c>, its files in <c>node</c>.</summary>
    public static RunningNode Start(ScriptedOrchestrator server, TestFolder folder, int devices = 3, string token = ScriptedOrchestrator.Token) => new(
        new NodeSettings(new NodeAddress(server.Url, ScriptedOrchestrator.NodeId, token), devices, folder["node"])
        {
            Name = "Seoul Node 1",
            RetryFloor = TimeSpan.FromMilliseconds(5),
            RetryCap = TimeSpan.FromMilliseconds(50),
        },
        AllowListReader.Read(null, folder.Folder("scripts"), []));

    /// <summary>Starts a node and waits until it has named its devices.</summary>
    public static async Task<RunningNode> ConnectAsync(ScriptedOrchestrator server, TestFolder folder, int devices = 3)
    {
        int before = server.Of("heartbeat").Count;
        RunningNode node = Start(server, folder, devices);
        await server.UntilAsync(() => server.Of("heartbeat").Count > before);
        return node;
    }

    public void Stop() => stop.Cancel();

    public async Task StopAsync()
    {
        Stop();
        await Ended.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await hurry.CancelAsync();
        await Ended.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        stop.Dispose();
        hurry.Dispose();
    }
}
