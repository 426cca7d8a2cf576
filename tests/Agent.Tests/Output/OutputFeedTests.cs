using Gateway.Agent.Commands;
using Gateway.Agent.Output;

namespace Gateway.Agent.Tests.Output;

public sealed class OutputFeedTests
{
    private readonly OutputFeed feed = new("cmd", "token", () => { });

    [Fact]
    public void Next_UntilItIsTaken_IsTheSamePiece()
    {
        feed.Print("ab");
        OutputPiece? first = feed.Next(100);
        feed.Print("cd");

        Assert.Equal(new OutputPiece(0, 0, "ab"), first);
        Assert.Equal(first, feed.Next(100));
        feed.Taken();
        Assert.Equal(new OutputPiece(1, 2, "cd"), feed.Next(100));
        feed.Taken();
        Assert.Null(feed.Next(100));
    }

    [Fact]
    public void Next_MoreThanAPiece_CutsBetweenCharacters()
    {
        feed.Print("aü🍳🍳b");

        var texts = new List<string>();
        while (feed.Next(5) is { } piece)
        {
            texts.Add(piece.Text);
            feed.Taken();
        }

        Assert.Equal(["aü", "🍳", "🍳b"], texts);
    }

    [Fact]
    public void Print_MoreThanMayWait_LosesTheOldestAndLeavesItsPlaceEmpty()
    {
        feed.Print("🍳");
        feed.Print(new string('x', OutputFeed.MostWaiting - 1));

        OutputPiece piece = feed.Next(1_000_000)!;
        Assert.Equal(2, piece.Offset);
        Assert.Equal(new string('x', OutputFeed.MostWaiting - 1), piece.Text);
    }

    [Fact]
    public void Drained_WhenAllIsTakenAfterTheEnd()
    {
        feed.Print("a");
        feed.Next(10);
        feed.End();
        Assert.False(feed.Drained.IsCompleted);
        feed.Taken();
        Assert.True(feed.Drained.IsCompleted);
    }

    [Fact]
    public void Close_DropsWhatWaitsAndWhatComes()
    {
        feed.Print("a");
        feed.Close();
        feed.Print("b");

        Assert.Null(feed.Next(10));
        Assert.True(feed.Drained.IsCompleted);
    }

    [Fact]
    public void Decode_CharacterInTwoParts_ComesWhole()
    {
        var decoder = new OutputDecoder();
        byte[] bytes = [.. "a\0ü🍳"u8, 0xFF];

        Assert.Equal("a\uFFFDü🍳\uFFFD", string.Concat(bytes.Select(one => decoder.Decode([one]))));
    }
}
