using System.Text;

namespace Gateway.Api.Tests.Channels.Sockets;

/// <summary>How sockets end: by the peer, by the server, by a bug, by the end of the program.</summary>
public sealed class SocketEndTests
{
    [Fact]
    public async Task PeerCloses_ItIsAnsweredAndToldOnce()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        await client.SendAsync(new { type = "x" });
        await client.ReceiveAsync();
        await client.CloseAsync();
        Assert.Equal(1000, (await server.ClosedAsync()).Code);
        Assert.True(server.Connection.Ending.IsCancellationRequested);
        Assert.False(server.Connection.TrySend("{}"u8.ToArray()));
        Assert.Equal(1, server.Closings);
        await host.EndCountedAsync(1000);
        Assert.Equal(0, host.Counted("gateway.sockets.open kind=test"));
        Assert.Equal(1, host.Counted("gateway.sockets.messages kind=test direction=in"));
        Assert.Equal(1, host.Counted("gateway.sockets.messages kind=test direction=out"));
    }

    [Fact]
    public async Task PeerVanishes_ItIsLost()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        client.Abort();
        Assert.Equal(1006, (await server.ClosedAsync()).Code);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task ServerCloses_WhatWasQueuedGoesFirst()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        for (var i = 0; i < 20; i++) server.Connection.TrySend(Encoding.UTF8.GetBytes($$"""{"type":"m-{{i}}"}"""));
        server.Connection.Close(Api.Channels.Sockets.SocketClose.TokenEnded);
        server.Connection.Close(Api.Channels.Sockets.SocketClose.Revoked);
        for (var i = 0; i < 20; i++) Assert.Equal($"m-{i}", (await client.ReceiveAsync()).Type);
        Assert.Equal(4401, await client.ClosedAsync());
        Assert.Equal(4401, (await server.ClosedAsync()).Code);
    }

    [Fact]
    public async Task ServerCloses_TheCodeIsCounted()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        server.Connection.Close(Api.Channels.Sockets.SocketClose.Reset);
        Assert.Equal(1012, await client.ClosedAsync());
        await host.EndCountedAsync(1012);
    }

    [Fact]
    public async Task ServerCloses_PeerNeverAnswers_IsCutAfterFiveSeconds()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        server.Connection.Close(Api.Channels.Sockets.SocketClose.Revoked);
        host.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, server.Closings);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4403, (await server.ClosedAsync()).Code);
    }

    [Fact]
    public async Task Handler_Throws_PeerIsToldNothingOfItAndClosedWith1011()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        server.OnMessage = (_, _) => throw new InvalidOperationException("inside");
        await client.SendAsync(new { type = "x" });
        Assert.Equal("""{"type":"Failed"}""", (await client.ReceiveAsync()).Body);
        Assert.Equal(1011, await client.ClosedAsync());
        Assert.Equal(1011, (await server.ClosedAsync()).Code);
        Assert.Equal(1, host.Log.Count(3500));
    }

    [Fact]
    public async Task Handler_StillAtWorkWhenTheSocketEnds_IsCancelled()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.OnMessage = async (_, cancellationToken) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, host.Time, cancellationToken);
        };
        await client.SendAsync(new { type = "x" });
        await begun.Task.WaitAsync(Wait.Limit);
        server.Connection.Close(Api.Channels.Sockets.SocketClose.Replaced);
        Assert.Equal(4009, await client.ClosedAsync());
        Assert.Equal(4009, (await server.ClosedAsync()).Code);
        Assert.Equal(0, host.Log.Count(3500));
    }

    [Theory]
    [InlineData("SendMessages", "100000")]
    [InlineData("SendBytes", "67108864")]
    public async Task Reader_TooSlow_IsClosedWith4010AndTheOthersGetEverything(string without, string bound)
    {
        await using var host = await SocketHost.StartAsync(idle: null, ($"Gateway:Channels:{without}", bound));
        var (stalled, slow) = await host.ConnectAsync();
        var (live, quick) = await host.ConnectAsync();
        await using var _1 = stalled;
        await using var _2 = live;
        ReadOnlyMemory<byte> text = Encoding.UTF8.GetBytes($$"""{"type":"{{new string('x', 60_000)}}"}""");
        var sent = 0;
        for (; slow.Connection.TrySend(text); sent++)
        {
            Assert.True(sent < 2_000, "Nothing bounds what waits for a reader that does not read.");
            Assert.True(quick.Connection.TrySend(text));
            await live.ReceiveAsync();
        }

        Assert.True(quick.Connection.TrySend(text));
        await live.ReceiveAsync();
        // When it reads at last it gets what was under way, and the reason.
        Assert.Equal(4010, await stalled.ClosedAsync());
        Assert.Equal(4010, (await slow.ClosedAsync()).Code);
        Assert.False(quick.Connection.Ending.IsCancellationRequested);
    }

    [Fact]
    public async Task Reader_ThatNeverReads_IsCut()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        var sending = server.Connection.SendAsync(new byte[16 * 1024 * 1024].Select(_ => (byte)' ').ToArray());
        await Wait.UntilAsync("the limits", () =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            return sending.IsCompleted;
        });
        Assert.False(await sending);
        Assert.Equal(4010, (await server.ClosedAsync()).Code);
        await client.IsCutAsync();
    }

    [Fact]
    public async Task Stop_EveryPeerIsToldWhenToComeBackAndClosedWith1001()
    {
        await using var host = await SocketHost.StartAsync();
        var (one, serverOfOne) = await host.ConnectAsync();
        var (other, _) = await host.ConnectAsync();
        await using var _1 = one;
        await using var _2 = other;
        var stopping = host.StopAsync();
        foreach (var client in new[] { one, other })
        {
            var hint = (await client.ReceiveAsync()).Is("reconnect");
            Assert.InRange(hint.Number("ms"), 0, 5_000);
            Assert.Equal(1001, await client.ClosedAsync());
        }

        await stopping.WaitAsync(Wait.Limit);
        Assert.Equal(1001, (await serverOfOne.ClosedAsync()).Code);
    }

    [Fact]
    public async Task Stop_PeerNeverAnswers_IsCutAndTheStopGoesOn()
    {
        await using var host = await SocketHost.StartAsync();
        var (client, server) = await host.ConnectAsync();
        await using var _1 = client;
        var stopping = host.StopAsync();
        await Wait.UntilAsync("the stop", () =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            return stopping.IsCompleted;
        });
        await stopping;
        Assert.Equal(1001, (await server.ClosedAsync()).Code);
    }
}
