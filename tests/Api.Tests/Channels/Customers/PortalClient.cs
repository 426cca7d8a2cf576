using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Gateway.Api.Tests.Gateway;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>A customer's SignalR connection by Microsoft's client.</summary>
internal sealed class PortalClient : IAsyncDisposable
{
    private static readonly string[] Types =
        ["subscribed", "unsubscribed", "device_status", "command_update", "session_update", "output", "reconnect", "closing"];

    private readonly Channel<Message> received = System.Threading.Channels.Channel.CreateUnbounded<Message>();
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HubConnection connection;

    private PortalClient(Uri address, string? header)
    {
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(address));
        builder.Services.AddSingleton<IConnectionFactory>(new Sockets(header));
        connection = builder.Build();
        foreach (var type in Types)
        {
            connection.On<JsonElement>(
                type, data => received.Writer.TryWrite(new Message(JsonSerializer.Serialize(new Dictionary<string, object> { ["type"] = type, ["data"] = data }))));
        }

        connection.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
    }

    /// <summary>Done when the connection has ended.</summary>
    public Task Closed => closed.Task.WaitAsync(Wait.Limit);

    public static async Task<PortalClient> ConnectAsync(GatewayHost host, string token, bool isInHeader = false)
    {
        var query = isInHeader ? "" : $"?access_token={token}";
        var address = new UriBuilder(new Uri(host.Client.BaseAddress!, $"/hubs/portal{query}")) { Scheme = "ws" }.Uri;
        var client = new PortalClient(address, isInHeader ? $"Bearer {token}" : null);
        await client.connection.StartAsync().WaitAsync(Wait.Limit);
        return client;
    }

    /// <summary>The next message, in the order in which they came.</summary>
    public async Task<Message> NextAsync() => await received.Reader.ReadAsync().AsTask().WaitAsync(Wait.Limit);

    public async Task<JsonElement> SubscribeAsync(string deviceId) =>
        await connection.InvokeAsync<JsonElement>("Subscribe", deviceId).WaitAsync(Wait.Limit);

    public Task UnsubscribeAsync(string deviceId) => connection.InvokeAsync("Unsubscribe", deviceId).WaitAsync(Wait.Limit);

    /// <summary>Calls a method and waits for no answer.</summary>
    public Task TellAsync(string method) => connection.SendAsync(method).WaitAsync(Wait.Limit);

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>WebSockets for the client, whose own transports are in another package.</summary>
    private sealed class Sockets(string? header) : IConnectionFactory
    {
        public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            var socket = new ClientWebSocket();
            if (header is not null) socket.Options.SetRequestHeader("Authorization", header);
            await socket.ConnectAsync(((UriEndPoint)endpoint).Uri, cancellationToken);
            return new SocketContext(socket);
        }
    }

    private sealed class SocketContext : DefaultConnectionContext
    {
        private readonly ClientWebSocket socket;
        private readonly Pipe input = new();
        private readonly Pipe output = new();
        private readonly Task receiving;
        private readonly Task sending;

        public SocketContext(ClientWebSocket socket)
            : base(Guid.NewGuid().ToString("N"))
        {
            this.socket = socket;
            Transport = new Duplex(input.Reader, output.Writer);
            receiving = ReceiveAsync();
            sending = SendAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            socket.Abort();
            await Transport.Output.CompleteAsync();
            await Task.WhenAll(receiving, sending);
            socket.Dispose();
            await base.DisposeAsync();
        }

        /// <summary>A call on a client's socket that was aborted before it finds the socket disposed; one under way is cancelled or fails.</summary>
        private static bool IsCut(Exception e) => e is WebSocketException or OperationCanceledException or ObjectDisposedException;

        private async Task ReceiveAsync()
        {
            try
            {
                while (true)
                {
                    var result = await socket.ReceiveAsync(input.Writer.GetMemory(4096), CancellationToken.None);
                    if (result.MessageType == WebSocketMessageType.Close) break;
                    input.Writer.Advance(result.Count);
                    await input.Writer.FlushAsync();
                }
            }
            catch (Exception e) when (IsCut(e))
            {
                // By whichever side.
            }

            await input.Writer.CompleteAsync();
        }

        private async Task SendAsync()
        {
            try
            {
                while (true)
                {
                    var read = await output.Reader.ReadAsync();
                    foreach (var piece in read.Buffer) await socket.SendAsync(piece, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                    output.Reader.AdvanceTo(read.Buffer.End);
                    if (read.IsCompleted) break;
                }
            }
            catch (Exception e) when (IsCut(e))
            {
                // By whichever side.
            }

            await output.Reader.CompleteAsync();
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
