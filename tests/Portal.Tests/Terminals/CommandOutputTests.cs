using Gateway.Portal.Api;
using Gateway.Portal.Live;
using Gateway.Portal.Terminals;

namespace Gateway.Portal.Tests.Terminals;

public sealed class CommandOutputTests
{
    private readonly CommandOutput output = new();

    [Fact]
    public void Live_BeforeWhatIsKeptWasRead_AsksForItFirst()
    {
        Assert.False(output.Take(new LiveOutput("c", 1, 5, "later")));
        Assert.True(output.HasHole);
        output.Take(Part(1, 0, (0, "first"), (5, "later")));
        Assert.False(output.HasHole);
        Assert.Equal("firstlater", Text);
        Assert.Equal(10, output.Next);
    }

    [Fact]
    public void Pieces_ThatOverlapOrComeTwice_AreShownOnce()
    {
        output.Take(Part(1, 0, (0, "abc")));
        Assert.True(output.Take(new LiveOutput("c", 1, 2, "cde")));
        Assert.False(output.Take(new LiveOutput("c", 1, 0, "abcde")));
        Assert.Equal("abcde", Text);
    }

    [Fact]
    public void Piece_AfterAHole_WaitsForWhatIsKept()
    {
        output.Take(Part(1, 0, (0, "abc")));
        Assert.False(output.Take(new LiveOutput("c", 1, 6, "ghi")));
        Assert.True(output.HasHole);
        output.Take(Part(1, 3, (6, "ghi")));
        Assert.Equal("abc\n⋯ 3 characters were lost ⋯\nghi", Text);
    }

    [Fact]
    public void Claim_ThatBeginsAnew_StartsFromTheBeginning()
    {
        output.Take(Part(1, 0, (0, "first try")));
        Assert.True(output.Take(new LiveOutput("c", 2, 0, "second")));
        Assert.False(output.Take(new LiveOutput("c", 1, 9, "late")));
        output.Take(Part(1, 0, (0, "first try")));
        Assert.Equal("second", Text);
    }

    [Fact]
    public void Text_PastTheCapacity_LosesItsBeginning()
    {
        output.Take(Part(1, 0, (0, new string('a', CommandOutput.Capacity)), (CommandOutput.Capacity, "end")));
        Assert.True(output.View().IsCut);
        Assert.Equal(CommandOutput.Capacity, Text.Length);
        Assert.EndsWith("aend", Text, StringComparison.Ordinal);
    }

    private string Text => TerminalTextTests.TextOf(output.View().Blocks);

    private static OutputPart Part(int attempt, long from, params (long Offset, string Text)[] pieces) => new(
        attempt, from, pieces[^1].Offset + pieces[^1].Text.Length, [.. pieces.Select(piece => new OutputPiece(piece.Offset, piece.Text))], [], false, false);
}
