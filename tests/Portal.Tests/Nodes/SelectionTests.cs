using Gateway.Portal.Nodes;

namespace Gateway.Portal.Tests.Nodes;

public sealed class SelectionTests
{
    private static readonly string[] Shown = ["a", "b", "c", "d", "e"];

    private readonly Selection selection = new();

    [Fact]
    public void Pick_OfOne_ChoosesItAndAgainNotAnyLonger()
    {
        selection.Pick("b", isRange: false, Shown);
        Assert.True(selection.Has("b"));
        selection.Pick("b", isRange: false, Shown);
        Assert.Equal(0, selection.Count);
    }

    [Theory]
    [InlineData("b", "d")]
    [InlineData("d", "b")]
    public void Pick_WithShift_ChoosesAllInBetween(string first, string second)
    {
        selection.Pick(first, isRange: false, Shown);
        selection.Pick(second, isRange: true, Shown);
        Assert.Equal(["b", "c", "d"], selection.Ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Pick_WithShiftFromOneThatIsNotShown_ChoosesTheOneAlone()
    {
        selection.Pick("a", isRange: false, Shown);
        selection.Pick("d", isRange: true, ["c", "d"]);
        Assert.Equal(["a", "d"], selection.Ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Keep_OfThoseThatAreThere_DropsTheOthers()
    {
        selection.Set(Shown, isChosen: true);
        selection.Set(["a"], isChosen: false);
        selection.Keep(id => id != "e");
        Assert.Equal(["b", "c", "d"], selection.Ids.Order(StringComparer.Ordinal));
    }
}
