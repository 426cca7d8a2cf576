using Gateway.Agent.Credentials;
using Gateway.Agent.Tests.Scripted;
using Gateway.Agent.Transport;
using Gateway.Agent.Transport.Sockets;

namespace Gateway.Agent.Tests.Sockets;

/// <summary>The link against a peer at wire level.</summary>
public sealed class SocketLinkTests
{
    private static readonly TimeSpan Limit = WirePeer.Limit;

    [Fact]
    public async Task Request_SocketEndsWhileItIsSent_IsUnansweredAndNoCancellation()
    {
        using var peer = new WirePeer();
        var credentials = new DeviceCredentials(peer.Url, "pi-1", new string('s', 43), RegistrationState.Registered);
        using var link = new SocketLink(
            credentials, _ => { }, new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), new HastyTimeProvider(), new RecordedLog());
        using var stop = new CancellationTokenSource();
        Task running = link.RunAsync(stop.Token, stop.Token);
        await peer.AcceptAsync();
        await peer.SayAsync("""{"type":"config_update","data":{"outputChunkBytes":300,"outputPerSecond":2}}""");
        await link.Opened.WaitAsync(Limit, TimeProvider.System);
        Assert.Equal((300, TimeSpan.FromSeconds(0.5)), (link.Pace.ChunkBytes, link.Pace.Interval));

        // More than the buffers on the way take: one is being sent, and others wait behind it.
        var output = new OutputRequest("token", 1, 0, new string('x', 200 * 1024));
        Task<Reply<OutputTaken>?>[] requests =
            [.. Enumerable.Range(0, 40).Select(_ => link.TryRequestAsync("output", "c", output, Wire.Json.OutputRequest, Wire.Json.OutputTaken, CancellationToken.None))];
        await peer.FullAsync();
        await peer.CloseAsync();

        foreach (Reply<OutputTaken>? reply in await Task.WhenAll(requests).WaitAsync(Limit, TimeProvider.System))
            Assert.Equal(Verdict.Unavailable, reply?.Verdict ?? Verdict.Unavailable);
        await stop.CancelAsync();
        await running.WaitAsync(Limit, TimeProvider.System);
    }

    /// <summary>A clock that is a second further at every look, so that no turn is waited for; its timers are real.</summary>
    private sealed class HastyTimeProvider : TimeProvider
    {
        private long looks;

        public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Increment(ref looks) * TimestampFrequency);
    }
}
