using Gateway.Portal.Terminals;

namespace Gateway.Portal.Tests.Terminals;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("one\r\ntwo\n", "one\ntwo\n")]
    [InlineData("10 %\r20 %\r100 %", "100 %")]
    [InlineData("long line\rab", "abng line")]
    [InlineData("long line\r\e[Kab", "ab")]
    [InlineData("abc\b\bX", "aXc")]
    [InlineData("abcdef\e[3D\e[1K!", "   !ef")]
    [InlineData("a\e[3Cb", "a   b")]
    [InlineData("abc\e[2K\e[2Gx", " x ")]
    [InlineData("\e]0;a title\aafter\e]8;;http://x\e\\link\a", "afterlink")]
    [InlineData("\e(Bplain\e[?25l\e[2J\a\0\u009b", "plain")]
    [InlineData("a\tb ✓ 😀", "a\tb ✓ 😀")]
    public void Text_WithControls_IsWhatATerminalShows(string printed, string shown) => Assert.Equal(shown, TextOf(TerminalText.Of(printed)));

    [Theory]
    [InlineData("\e[31mred\e[0m plain", "[t-ink-1]red[] plain")]
    [InlineData("\e[1;33;44mall\e[m", "[t-ink-3 t-ground-4 t-bold]all")]
    [InlineData("\e[97;100mbright\e[39;49m", "[t-ink-15 t-ground-8]bright")]
    [InlineData("\e[7minverse\e[27m", "[t-inverse]inverse")]
    [InlineData("\e[7;31minverse", "[t-ground-1]inverse")]
    [InlineData("\e[38;5;9mof 256 \e[38;5;196mof the cube\e[38:5:244mgrey", "[t-ink-9]of 256 of the cube[t-ink-8]grey")]
    [InlineData("\e[38;2;1;2;250mtrue\e[48;2;0;200;0m", "[t-ink-4]true")]
    [InlineData("\e[1mb\e[22m\e[2md\e[22m\e[3mi\e[23m\e[4mu\e[24m.", "[t-bold]b[t-dim]d[t-italic]i[t-underlined]u[].")]
    [InlineData("\e[31mover\nlines", "[t-ink-1]over[]\n[t-ink-1]lines")]
    public void Text_WithColours_HasThemAsClasses(string printed, string shown)
    {
        var runs = TerminalText.Of(printed).SelectMany(block => block.Runs).ToList();
        Assert.Equal(shown, string.Concat(runs.Select((run, i) => i == 0 && run.Classes == "" ? run.Text : $"[{run.Classes}]{run.Text}")));
    }

    [Fact]
    public void Sequence_InPieces_IsOne()
    {
        const string printed = "a\e[1;31mred\e]0;title\e\\\e[0m\r\nend";
        var terminal = new TerminalText(1_000);
        foreach (var character in printed) terminal.Print([character]);
        Assert.Equal(TerminalText.Of(printed).SelectMany(block => block.Runs), terminal.Blocks().SelectMany(block => block.Runs));
    }

    [Fact]
    public void Sequence_OfAnything_CostsNoMoreThanItsLength()
    {
        // Asked to stand at column two billion, a terminal would not make a line of so many spaces either.
        var shown = TextOf(TerminalText.Of($"\e[2000000000G!\e[2000000000C?\e[{new string('1', 100_000)};{new string(';', 100_000)}m."));
        Assert.InRange(shown.Length, 3, 3_000);
    }

    [Theory]
    [InlineData(';', 63)]
    [InlineData(';', 64)]
    [InlineData(':', 200)]
    [InlineData('?', 200)]
    public void Sequence_OfSeparators_IsPassedOver(char separator, int times) =>
        Assert.Equal("ab", TextOf(TerminalText.Of($"a\e[{new string(separator, times)}mb")));

    [Fact]
    public void Blocks_OfAGrowingText_StayTheSameButTheLast()
    {
        var terminal = new TerminalText(1_000_000);
        for (var i = 0; i < 180; i++) terminal.Print($"line {i}\n");
        var before = terminal.Blocks();
        terminal.Print("more\rMO");
        var after = terminal.Blocks();
        Assert.Equal(4, before.Count);
        Assert.All(before.Take(3).Zip(after), pair => Assert.Same(pair.First, pair.Second));
        Assert.Equal(before[3].Number, after[3].Number);
        Assert.EndsWith("line 179\nMOre", TextOf(after), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_PastItsCapacity_LosesItsOldestLines()
    {
        var terminal = new TerminalText(10_000);
        for (var i = 0; i < 5_000; i++) terminal.Print($"line {i}\n");
        var text = TextOf(terminal.Blocks());
        Assert.True(terminal.IsCut);
        Assert.InRange(text.Length, 9_000, 10_000);
        Assert.StartsWith("line ", text, StringComparison.Ordinal);
        Assert.EndsWith("line 4999\n", text, StringComparison.Ordinal);
    }

    internal static string TextOf(IEnumerable<TerminalBlock> blocks) => string.Concat(blocks.SelectMany(block => block.Runs).Select(run => run.Text));
}
