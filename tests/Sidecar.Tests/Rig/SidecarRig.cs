using System.Net.Http.Headers;
using System.Text;
using Gateway.Sidecar.Hosting;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.Rig;

/// <summary>What a sidecar answered.</summary>
internal sealed record Answer(int Status, string Body, HttpResponseMessage Response)
{
    public string? Header(string name) =>
        Response.Headers.Concat(Response.Content.Headers).FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.First();
}

/// <summary>A real sidecar beside a scripted app, with virtual time unless told otherwise.</summary>
internal sealed class SidecarRig : IAsyncDisposable
{
    public const string AppId = "gold";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private const string Components =
        """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: mem
        spec:
          type: state.in-memory
          version: v1
          metadata:
            - name: actorStateStore
              value: "true"
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: ps
        spec:
          type: pubsub.in-memory
          version: v1
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sidecar-test-");
    private readonly HttpClient http = new() { Timeout = Limit };
    private SidecarHost? host;

    private SidecarRig(ScriptedApp app, ManualTimeProvider time)
    {
        App = app;
        Time = time;
    }

    public ScriptedApp App { get; }

    public ManualTimeProvider Time { get; }

    public string DataPath => Path.Combine(folder.FullName, "data");

    public Uri Address => host!.HttpAddress;

    /// <summary>Starts an app with the answer to <c>/dapr/config</c> and <c>/dapr/subscribe</c>, and a sidecar, and waits until it is ready.</summary>
    public static async Task<SidecarRig> StartAsync(
        string? config = null,
        string? subscribe = null,
        string components = Components,
        string resources = "",
        string? configuration = null,
        bool keep = false,
        AppHealthOptions? health = null,
        Action<ScriptedApp>? script = null)
    {
        ScriptedApp app = await ScriptedApp.StartAsync();
        app.On("/dapr/config", config is null ? new AppReply(404) : AppReply.Json(config));
        app.On("/dapr/subscribe", subscribe is null ? new AppReply(404) : AppReply.Json(subscribe));
        script?.Invoke(app);
        var rig = new SidecarRig(app, new ManualTimeProvider());
        await File.WriteAllTextAsync(Path.Combine(rig.folder.FullName, "components.yaml"), components);
        if (resources.Length > 0) await File.WriteAllTextAsync(Path.Combine(rig.folder.FullName, "more.yaml"), resources);
        if (configuration is not null) await File.WriteAllTextAsync(Path.Combine(rig.folder.FullName, "config.txt"), configuration);
        rig.keep = keep;
        rig.health = health;
        rig.configured = configuration is not null;
        try
        {
            await rig.StartSidecarAsync();
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }

        return rig;
    }

    private bool keep;
    private AppHealthOptions? health;
    private bool configured;

    public async Task StartSidecarAsync()
    {
        host = await SidecarHost.StartAsync(
            new SidecarOptions
            {
                AppId = AppId,
                AppPort = App.Port,
                HttpPort = 0,
                ResourcesPaths = [folder.FullName],
                DataPath = keep ? DataPath : null,
                AppHealth = health,
                ConfigPath = configured ? Path.Combine(folder.FullName, "config.txt") : null,
            },
            null,
            Time,
            CancellationToken.None);
        await host.Ready.WaitAsync(Limit);
    }

    public async Task StopSidecarAsync()
    {
        if (host is not null) await host.DisposeAsync().AsTask().WaitAsync(Limit);
        host = null;
    }

    public Task<Answer> PutAsync(string path, string? body = null, string? contentType = "application/json") =>
        SendAsync(HttpMethod.Put, path, body, contentType);

    public Task<Answer> PostAsync(string path, string? body = null, string? contentType = "application/json") =>
        SendAsync(HttpMethod.Post, path, body, contentType);

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, null);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null, null);

    public Task<Answer> SendAsync(
        HttpMethod method, string path, string? body, string? contentType, params (string Name, string Value)[] headers) =>
        SendAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), contentType, CancellationToken.None, headers);

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, byte[]? body, string? contentType, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        // Paths go out as they are written: the sidecar's own reading of them is what is tested.
        var uri = new Uri(Address.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, uri);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken), response);
    }

    /// <summary>Asks again until the answer is as wanted; for what follows from a call that the app has answered.</summary>
    public async Task<Answer> EventuallyAsync(string path, Func<Answer, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Answer answer = await GetAsync(path);
            if (wanted(answer)) return answer;
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Moves the clock a second at a time until the task is done.</summary>
    public async Task<T> PassTimeAsync<T>(Task<T> task)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token));
        }

        return await task;
    }

    public async ValueTask DisposeAsync()
    {
        await StopSidecarAsync();
        await App.DisposeAsync();
        http.Dispose();
        folder.Delete(recursive: true);
    }
}
