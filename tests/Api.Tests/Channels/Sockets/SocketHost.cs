using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Tests.Auth;
using Gateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Channels.Sockets;

/// <summary>The pump on a real Kestrel, with a protocol of the test's own at <c>/</c>; virtual time, but for pings.</summary>
internal sealed class SocketHost : IAsyncDisposable
{
    public const int MaxMessageBytes = 64 * 1024;

    private readonly Channel<TestHandler> opened = Channel.CreateUnbounded<TestHandler>();
    private readonly MeterListener listener = new();
    private readonly Dictionary<string, long> counts = [];
    private LocalServer? server;

    public ManualTimeProvider Time { get; } = new();

    public Uri Address => server!.Address;

    public CapturedLog Log => server!.Log;

    /// <summary>What was counted so far of an instrument with its tags.</summary>
    public long Counted(string name)
    {
        lock (counts) return counts.GetValueOrDefault(name);
    }

    /// <summary>Waits for the first end with a code to be counted, which is after the handler was told of it.</summary>
    public Task EndCountedAsync(int code) => Wait.UntilAsync($"the count of {code}", () => Counted($"gateway.sockets.closes kind=test code={code}") == 1);

    public static async Task<SocketHost> StartAsync(TimeSpan? idle = null, params (string Name, string Value)[] settings)
    {
        var host = new SocketHost();
        var kind = new SocketKind("test", MaxMessageBytes) { IdleTimeout = idle };
        host.server = await LocalServer.StartAsync(
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));
                builder.Services.AddSingleton<TimeProvider>(host.Time);
                builder.Services.AddSockets();
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1));
            },
            app =>
            {
                app.UseWebSockets();
                app.Run(context =>
                {
                    var sockets = app.Services.GetRequiredService<SocketServer>();
                    if (sockets.Check(context) is { } refusal)
                    {
                        context.Response.StatusCode = refusal == SocketRefusal.Stopping ? 503 : 400;
                        return Task.CompletedTask;
                    }

                    return sockets.RunAsync(context, kind, new TestHandler(host.opened.Writer));
                });
            });
        host.Count(host.server.Services.GetRequiredService<IMeterFactory>());
        await Wait.UntilAsync("the watch over deadlines", () => host.Time.ArmedTimers > 0);
        return host;
    }

    /// <summary>A client and the server's side of it.</summary>
    public async Task<(TestSocket Client, TestHandler Server)> ConnectAsync()
    {
        var client = await TestSocket.ConnectAsync(Address, "/");
        return (client, await NextAsync());
    }

    /// <summary>The server's side of the next socket that is opened.</summary>
    public async Task<TestHandler> NextAsync()
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        return await opened.Reader.ReadAsync(limit.Token);
    }

    public Task StopAsync() => server!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await server!.DisposeAsync();
        listener.Dispose();
    }

    private void Count(IMeterFactory meters)
    {
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters)) all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
    }

    private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = new StringBuilder(instrument.Name);
        foreach (var (key, tag) in tags) name.Append(System.Globalization.CultureInfo.InvariantCulture, $" {key}={tag}");
        lock (counts) counts[name.ToString()] = counts.GetValueOrDefault(name.ToString()) + value;
    }
}

/// <summary>The server's side of one socket: says back what it hears, unless the test does otherwise.</summary>
internal sealed class TestHandler(ChannelWriter<TestHandler> opened) : ISocketHandler
{
    private readonly TaskCompletionSource<SocketClose> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SocketConnection Connection { get; private set; } = null!;

    /// <summary>What it does with a message. Default: say it back.</summary>
    public Func<JsonElement, CancellationToken, Task>? OnMessage { get; set; }

    /// <summary>How often it was told of the end.</summary>
    public int Closings { get; private set; }

    public Task<SocketClose> ClosedAsync() => closed.Task.WaitAsync(Wait.Limit);

    public Task OpenedAsync(SocketConnection connection, CancellationToken cancellationToken)
    {
        Connection = connection;
        opened.TryWrite(this);
        return Task.CompletedTask;
    }

    public Task ReceivedAsync(JsonElement message, CancellationToken cancellationToken)
    {
        if (OnMessage is { } act) return act(message, cancellationToken);
        Connection.TrySend(Encoding.UTF8.GetBytes(message.GetRawText()));
        return Task.CompletedTask;
    }

    Task ISocketHandler.ClosedAsync(SocketClose close)
    {
        Closings++;
        closed.TrySetResult(close);
        return Task.CompletedTask;
    }

    public ReadOnlyMemory<byte> Explain(SocketFault fault) => Encoding.UTF8.GetBytes($$"""{"type":"{{fault}}"}""");

    public ReadOnlyMemory<byte> Reconnect(TimeSpan after) => Encoding.UTF8.GetBytes($$"""{"type":"reconnect","ms":{{(int)after.TotalMilliseconds}}}""");
}
