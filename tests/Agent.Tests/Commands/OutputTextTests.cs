using System.Text;
using Gateway.Agent.Commands;

namespace Gateway.Agent.Tests.Commands;

public sealed class OutputTextTests
{
    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc\n[output cut: 3 of 4 bytes]")]
    [InlineData("aü", 2, "a\n[output cut: 1 of 3 bytes]")]
    [InlineData("a€", 3, "a\n[output cut: 1 of 4 bytes]")]
    [InlineData("a😀b", 5, "a😀\n[output cut: 5 of 6 bytes]")]
    [InlineData("a😀b", 4, "a\n[output cut: 1 of 6 bytes]")]
    [InlineData("😀", 3, "\n[output cut: 0 of 4 bytes]")]
    public void Cut_AtAnyByte_KeepsWholeCharacters(string text, int limit, string expected) =>
        Assert.Equal(expected, OutputText.Cut(text, limit));

    [Fact]
    public void Decode_WhatIsNoText_BecomesReplacementCharacters()
    {
        Assert.Equal("a\uFFFDb\uFFFD", OutputText.Decode([(byte)'a', 0, (byte)'b', 0xFF]));
        Assert.Equal(3, Encoding.UTF8.GetByteCount(OutputText.CutBytes([0x80], 10, 1)));
    }

    [Fact]
    public void CutBytes_OnlyContinuationBytes_EndsAllTheSame() =>
        Assert.Contains("[output cut: 6 of 9 bytes]", OutputText.CutBytes([0x80, 0x80, 0x80, 0x80, 0x80, 0x80], 6, 9), StringComparison.Ordinal);

    [Fact]
    public void LastLine_OfAStream_IsTheLastThatIsNotBlank()
    {
        var line = new LastLine();
        line.Append("first\nsec"u8);
        line.Append("ond\n \n"u8);

        Assert.Equal("second", line.ToString());
    }
}
