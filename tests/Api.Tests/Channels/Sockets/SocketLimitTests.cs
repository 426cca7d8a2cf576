using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Gateway.Api.Tests.Channels.Sockets;

/// <summary>What the pump takes from a peer, and how it ends what goes beyond.</summary>
public sealed class SocketLimitTests
{
    [Fact]
    public async Task Message_UpToTheLimit_IsTaken()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, _) = await host.ConnectAsync();
        await using var _1 = client;
        var largest = $$"""{"type":"x","text":"{{new string('a', SocketHost.MaxMessageBytes - 23)}}"}""";
        Assert.Equal(SocketHost.MaxMessageBytes, largest.Length + 1);
        await client.SendTextAsync(largest + " ");
        Assert.Equal(largest, (await client.ReceiveAsync()).Body);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task Message_OverTheLimit_ClosesWith1009(int over)
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        await client.SendAsync(new byte[SocketHost.MaxMessageBytes + over].Select(_ => (byte)' ').ToArray(), WebSocketMessageType.Text);
        Assert.Equal("TooBig", (await client.ReceiveAsync()).Type);
        Assert.Equal(1009, await client.ClosedAsync());
        Assert.Equal(1009, (await server.ClosedAsync()).Code);
    }

    [Fact]
    public async Task Message_InPieces_IsOne()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, _) = await host.ConnectAsync();
        await using var _1 = client;
        foreach (var piece in new[] { "{\"type\"", ":", "" }) await client.SendAsync(Encoding.UTF8.GetBytes(piece), WebSocketMessageType.Text, endOfMessage: false);
        await client.SendTextAsync("\"x\"}");
        Assert.Equal("x", (await client.ReceiveAsync()).Type);
    }

    [Fact]
    public async Task Message_NeverFinished_ClosesWith4408()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        await client.SendAsync("{"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false);
        await Wait.UntilAsync("the limit", () =>
        {
            if (!server.Connection.Ending.IsCancellationRequested) host.Time.Advance(TimeSpan.FromSeconds(1));
            return server.Connection.Ending.IsCancellationRequested;
        });
        Assert.Equal(4408, await client.ClosedAsync());
    }

    [Fact]
    public async Task Message_Binary_ClosesWith1003()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        await client.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Binary);
        Assert.Equal(1003, await client.ClosedAsync());
        Assert.Equal(1003, (await server.ClosedAsync()).Code);
    }

    [Fact]
    public async Task Message_NotUtf8_ClosesWith1007()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        await client.SendAsync([.. "{\"type\":\""u8, 0xC3, 0x28, .. "\"}"u8], WebSocketMessageType.Text);
        Assert.Equal(1007, await client.ClosedAsync());
        client.Abort();
        Assert.Equal(1007, (await server.ClosedAsync()).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":"\ud800"}""")]
    public async Task Message_NotOneObject_IsExplainedAndClosesWith1007(string text)
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        await client.SendTextAsync(text);
        Assert.Equal("NotJson", (await client.ReceiveAsync()).Type);
        Assert.Equal(1007, await client.ClosedAsync());
        Assert.Equal(1007, (await server.ClosedAsync()).Code);
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, false)]
    [InlineData(20_000, false)]
    public async Task Message_Deep_IsTakenDownTo32Levels(int arrays, bool isGood)
    {
        await using var host = await SocketHost.StartAsync();
        var (client, _) = await host.ConnectAsync();
        await using var _1 = client;
        await client.SendTextAsync($$"""{"type":"deep","a":{{new string('[', arrays)}}{{new string(']', arrays)}}}""");
        Assert.Equal(isGood ? "deep" : "NotJson", (await client.ReceiveAsync()).Type);
        if (!isGood) Assert.Equal(1007, await client.ClosedAsync());
    }

    [Fact]
    public async Task Messages_MoreThanTenAtOnce_AreRefusedOnceAndClosedWith4008()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        for (var i = 0; i < 30; i++) await client.SendAsync(new { type = $"m-{i}" });
        for (var i = 0; i < 10; i++) Assert.Equal($"m-{i}", (await client.ReceiveAsync()).Type);
        Assert.Equal("TooManyMessages", (await client.ReceiveAsync()).Type);
        Assert.Equal(4008, await client.ClosedAsync());
        Assert.Equal(4008, (await server.ClosedAsync()).Code);
        await host.EndCountedAsync(4008);
    }

    [Fact]
    public async Task Messages_TenASecond_AreTakenForever_AndNoMore()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, _) = await host.ConnectAsync();
        await using var _1 = client;
        for (var i = 0; i < 50; i++)
        {
            await client.SendAsync(new { type = $"m-{i}" });
            Assert.Equal($"m-{i}", (await client.ReceiveAsync()).Type);
            host.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        for (var i = 0; i < 12; i++)
        {
            if (i == 10) host.Time.Advance(TimeSpan.FromMilliseconds(200));
            await client.SendAsync(new { type = $"n-{i}" });
            Assert.Equal($"n-{i}", (await client.ReceiveAsync()).Type);
        }

        await client.SendAsync(new { type = "one too many" });
        Assert.Equal("TooManyMessages", (await client.ReceiveAsync()).Type);
    }

    [Fact]
    public async Task Peer_SilentButAlive_IsClosedWith4408WhereSilenceIsLimited()
    {
        await using var host = await SocketHost.StartAsync(idle: TimeSpan.FromMinutes(5));
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        host.Time.Advance(TimeSpan.FromMinutes(4));
        await client.SendAsync(new { type = "still here" });
        await client.ReceiveAsync();
        host.Time.Advance(TimeSpan.FromMinutes(4));
        await client.SendAsync(new { type = "still here" });
        await client.ReceiveAsync();
        host.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(4408, await client.ClosedAsync());
        Assert.Equal(4408, (await server.ClosedAsync()).Code);
    }

    [Fact]
    public async Task Peer_ThatAnswersNoPing_IsLost()
    {
        await using var host = await SocketHost.StartAsync(
            null, ("Gateway:Channels:PingInterval", "00:00:01"), ("Gateway:Channels:PongTimeout", "00:00:01"));

        // A client that does not receive sees no ping: for the server it has vanished with its connection open.
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        Assert.Equal(1006, (await server.ClosedAsync()).Code);
        await host.EndCountedAsync(1006);
    }

    [Fact]
    public async Task Handshake_NeverFinished_IsEndedByTheServer()
    {
        await using var host = await SocketHost.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(host.Address.Host, host.Address.Port);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"u8.ToArray());
        using var limit = new CancellationTokenSource(Wait.Limit);
        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 408", await reader.ReadToEndAsync(limit.Token), StringComparison.Ordinal);
    }
}
