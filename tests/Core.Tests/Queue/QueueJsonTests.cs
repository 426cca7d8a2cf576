using System.Text.Json;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue;

/// <summary>What lies in the state store: names and numbers there outlive releases.</summary>
public sealed class QueueJsonTests
{
    [Fact]
    public void Head_OfEveryPart_HasTheStoredNames()
    {
        var device = new TestDevice(TestDevice.Small);
        var session = device.Open();
        device.AcceptPending(session);
        device.Decide(device.AcceptPending(session), session);
        device.ClaimOne();
        device.AcceptMany(12, () => device.NewCommand() with { TimeoutMs = 5, AtMostOnce = true, IdempotencyKey = null });
        device.Queue.Do(device.NewClaim(10) with { Interest = "replica-1" });
        device.Queue.Flush();
        device.AcceptMany(12);
        device.ClaimOne();

        using var json = Parse(device.Head with { Armed = 1 });
        var head = json.RootElement;
        Assert.Equal(["armed", "by", "claimed", "events", "lanes", "last", "pending", "rev", "seq", "session", "v", "w", "waits"], Names(head));
        Assert.Equal(["at", "c", "w"], Names(head.GetProperty("by")[0]));
        var lane = head.GetProperty("lanes")[0];
        Assert.Equal(["front", "pr", "segs", "tail"], Names(lane));
        Assert.Equal(["c", "d", "id", "sk", "x"], Names(lane.GetProperty("segs")[0]));
        Assert.Equal(["def", "id"], Names(lane.GetProperty("front")[0]));
        var claimed = head.GetProperty("claimed")[0];
        Assert.Equal(["cl", "def", "id", "ok", "try"], Names(claimed));
        Assert.Equal(["ap", "by", "c", "h", "p", "pr", "s", "t", "x"], Names(claimed.GetProperty("def")));
        Assert.Equal(["l", "v"], Names(claimed.GetProperty("def").GetProperty("p")));
        Assert.Equal(["at", "by", "h", "x"], Names(claimed.GetProperty("ok")));
        Assert.Equal(["at", "t", "vis"], Names(claimed.GetProperty("cl")));
        Assert.Equal(["at", "by", "def", "id", "k", "n", "st"], Names(head.GetProperty("events")[0]));
        Assert.Equal(["def", "id", "live"], Names(head.GetProperty("session")));
    }

    [Fact]
    public void Head_OfAChannel_HasTheStoredNames()
    {
        var device = new TestDevice();
        device.Accept();
        device.Attach("conn_1");
        device.Queue.Do(new Watch(new ReplicaBoot("r2", 2)));
        device.Detach("conn_1");
        using var lost = Parse(device.Head);
        device.Attach("conn_2");
        using var json = Parse(device.Head);
        device.Queue.Do(new DrainChannel("conn_2"));
        device.Release(device.HeldBy("conn_2")[0]);
        using var drained = Parse(device.Head);

        Assert.Equal(["at", "cn", "kp", "t", "vis"], Names(lost.RootElement.GetProperty("claimed")[0].GetProperty("cl")));
        Assert.Equal(["at", "cn", "ov", "t", "vis"], Names(json.RootElement.GetProperty("claimed")[0].GetProperty("cl")));
        Assert.Equal(["at", "b", "c", "r"], Names(json.RootElement.GetProperty("ch")));
        Assert.Equal(["at", "b", "c", "dr", "r"], Names(drained.RootElement.GetProperty("ch")));
        var released = drained.RootElement.GetProperty("lanes")[0].GetProperty("front")[0];
        Assert.Equal(["def", "gb", "id", "try"], Names(released));
        Assert.Equal(["h", "n"], Names(released.GetProperty("gb")));
        Assert.Equal(["b", "r"], Names(json.RootElement.GetProperty("w")[0]));
    }

    [Fact]
    public void Head_WithNothingInIt_IsSmall()
    {
        using var json = Parse(QueueHead.Empty);
        Assert.Equal(["by", "claimed", "events", "lanes", "pending", "rev", "seq", "v", "w", "waits"], Names(json.RootElement));
    }

    [Fact]
    public void Head_OfNoMembers_IsTheEmptyOne()
    {
        var head = JsonSerializer.Deserialize("{}", QueueJson.Default.QueueHead)!;
        Assert.Equal((0, null), (head.Length, head.Deadline()));
        Assert.Equal(EnqueueStatus.Accepted, NewDevice(head).Queue.Do(NewDevice(head).NewCommand()).Status);
    }

    [Fact]
    public void Head_OfALargeNumberOfEvents_HoldsNoIntegerThatJsonRounds()
    {
        var device = new TestDevice();
        device.AcceptMany(3);
        using var json = Parse(device.Head);
        Assert.All(Numbers(json.RootElement), number => Assert.InRange(number.GetDouble(), -9_007_199_254_740_991, 9_007_199_254_740_991));
    }

    [Theory]
    [InlineData(QueueEventKind.Enqueued, 1)]
    [InlineData(QueueEventKind.Approved, 2)]
    [InlineData(QueueEventKind.Claimed, 3)]
    [InlineData(QueueEventKind.Extended, 4)]
    [InlineData(QueueEventKind.Returned, 5)]
    [InlineData(QueueEventKind.ApprovalLapsed, 6)]
    [InlineData(QueueEventKind.Ended, 7)]
    [InlineData(QueueEventKind.Released, 8)]
    [InlineData(QueueEventKind.SessionOpened, 20)]
    [InlineData(QueueEventKind.SessionEnded, 21)]
    public void EventKind_Number_NeverChanges(QueueEventKind kind, int number) => Assert.Equal(number, (int)kind);

    private static TestDevice NewDevice(QueueHead head)
    {
        var device = new TestDevice();
        device.Queue.Tamper(head);
        return device;
    }

    private static JsonDocument Parse(QueueHead head) => JsonDocument.Parse(JsonSerializer.Serialize(head, QueueJson.Default.QueueHead));

    private static IEnumerable<string> Names(JsonElement value) => value.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal);

    private static IEnumerable<JsonElement> Numbers(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Numbers(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Numbers),
        JsonValueKind.Number => [value],
        _ => [],
    };
}
