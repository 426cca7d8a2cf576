using Gateway.Agent.AllowList;
using Gateway.Agent.Credentials;
using Gateway.Agent.Work;

namespace Gateway.Agent.Tests.Scripted;

/// <summary>An agent that runs in the test's process, with short waits, against a scripted gateway.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource hurry = new();

    private RunningAgent(CredentialsFile file, DeviceCredentials credentials, AllowedWork work, AgentSettings settings, TimeProvider time, RecordedLog log)
    {
        Log = log;
        Ended = Task.Run(() => new DeviceAgent(file, credentials, work, settings, time, log).RunAsync(stop.Token, hurry.Token));
    }

    public RecordedLog Log { get; }

    public Task Ended { get; }

    public static AgentSettings Settings { get; } = new(
        new ClaimOptions(Concurrency: 1, Visibility: TimeSpan.FromSeconds(60), Wait: TimeSpan.FromSeconds(5)), Grace: TimeSpan.FromSeconds(10))
    {
        RetryFloor = TimeSpan.FromMilliseconds(5),
        RetryCap = TimeSpan.FromMilliseconds(50),
        UsesSocket = false,
    };

    /// <summary>Starts an agent that is registered; its scripts are in the folder's <c>scripts</c>, its files in <c>home</c>.</summary>
    public static RunningAgent Start(ScriptedGateway gateway, TestFolder folder, AgentSettings? settings = null, string? secret = null, TimeProvider? time = null)
    {
        gateway.Secret ??= new string('s', 43);
        var file = new CredentialsFile(folder["home/credentials.json"]);
        var credentials = new DeviceCredentials(
            gateway.Url, ScriptedGateway.DeviceId, secret ?? gateway.Secret, RegistrationState.Registered);
        file.Write(credentials);
        AllowedWork work = AllowListReader.Read(null, folder.Folder("scripts"), []);
        return new RunningAgent(file, credentials, work, settings ?? Settings, time ?? TimeProvider.System, new RecordedLog());
    }

    public void Stop() => stop.Cancel();

    public void Hurry() => hurry.Cancel();

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
