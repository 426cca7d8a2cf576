using System.Net;
using System.Net.Sockets;
using Gateway.Sidecar.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>How it is noticed that an app is gone, with an app that is nothing but a port.</summary>
public sealed class AppWatchTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();

    public AppWatchTests() => listener.Start();

    [Fact]
    public async Task Gone_NothingListens_AtOnce()
    {
        using AppChannel app = Channel();
        listener.Stop();
        await AppWatch.WaitUntilGoneAsync(app, stopping.Token).WaitAsync(Limit);
    }

    /// <summary>The port may be another process's by then.</summary>
    [Fact]
    public async Task Gone_ConnectionIsClosed_EvenWhereTheNextIsTaken()
    {
        using AppChannel app = Channel();
        Task gone = AppWatch.WaitUntilGoneAsync(app, stopping.Token);
        using (Socket connection = await listener.AcceptSocketAsync())
        {
            await connection.SendAsync("hello"u8.ToArray());
            Assert.False(gone.IsCompleted);
        }

        await gone.WaitAsync(Limit);
    }

    [Fact]
    public async Task Watch_ThatIsGivenUp_EndsItsConnection()
    {
        using AppChannel app = Channel();
        Task gone = AppWatch.WaitUntilGoneAsync(app, stopping.Token);
        using Socket connection = await listener.AcceptSocketAsync();
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone.WaitAsync(Limit));
        Assert.Equal(0, await connection.ReceiveAsync(new byte[1]));
    }

    public void Dispose()
    {
        listener.Dispose();
        stopping.Dispose();
    }

    private AppChannel Channel() =>
        new(new SidecarOptions { AppId = "a" }, ((IPEndPoint)listener.LocalEndpoint).Port, NullLogger.Instance) { IsWatched = true };
}
