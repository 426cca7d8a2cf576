using System.Text.Json;
using Dapr.Actors;

namespace Gateway.Dapr.Tests.Actors;

public class ActorIdTests
{
    [Fact]
    public void Ids_SameTextInAnyCase_AreEqual()
    {
        var (a, b) = (new ActorId("Device-1"), new ActorId("device-1"));
        Assert.True(a == b && a.Equals((object)b) && a.CompareTo(b) == 0);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.True(a != new ActorId("device-2"));
        Assert.False(a == null);
        Assert.Equal("Device-1", a.ToString());
        Assert.NotEqual(ActorId.CreateRandom(), ActorId.CreateRandom());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void Id_Blank_IsRefused(string text)
    {
        Assert.Throws<ArgumentException>(() => new ActorId(text));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ActorId>(JsonSerializer.Serialize(text)));
    }

    [Fact]
    public void Id_InJson_IsItsText()
    {
        Assert.Equal("\"x\"", JsonSerializer.Serialize(new ActorId("x")));
        Assert.Equal(new ActorId("x"), JsonSerializer.Deserialize<ActorId>("\"x\""));
        Assert.Null(JsonSerializer.Deserialize<ActorId>("null"));
    }
}
