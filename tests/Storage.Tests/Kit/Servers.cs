using System.Net;
using System.Net.Sockets;

namespace Gateway.Storage.Tests.Kit;

/// <summary>A server that takes connections and never says a word.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public SilentServer() => listener.Start();

    public string ConnectionString => $"Host=127.0.0.1;Port={((IPEndPoint)listener.LocalEndpoint).Port};Username=gateway;Password=hush;Database=gateway";

    public void Dispose() => listener.Dispose();
}
