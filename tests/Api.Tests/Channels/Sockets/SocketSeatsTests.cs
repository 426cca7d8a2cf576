using Gateway.Api.Channels.Sockets;

namespace Gateway.Api.Tests.Channels.Sockets;

public sealed class SocketSeatsTests
{
    [Fact]
    public void TryTake_AsManyAsMayBe_TheNextIsRefusedUntilOneIsFree()
    {
        var seats = new SocketSeats();
        var first = seats.TryTake("alice", 2);
        Assert.NotNull(first);
        Assert.NotNull(seats.TryTake("alice", 2));
        Assert.Null(seats.TryTake("alice", 2));
        Assert.NotNull(seats.TryTake("bob", 2));
        first.Dispose();
        first.Dispose();
        Assert.NotNull(seats.TryTake("alice", 2));
        Assert.Null(seats.TryTake("alice", 2));
    }
}
