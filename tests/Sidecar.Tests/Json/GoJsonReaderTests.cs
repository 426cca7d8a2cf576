using System.Text;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Tests.Json;

public sealed class GoJsonReaderTests
{
    [Theory]
    [InlineData("", "EOF")]
    [InlineData(" \r\n", "EOF")]
    [InlineData("[1,", "unexpected EOF")]
    [InlineData("{\"a", "unexpected EOF")]
    [InlineData("junk", "invalid character 'j' looking for beginning of value")]
    [InlineData("[1,x]", "invalid character 'x' looking for beginning of value")]
    public void TryParse_WhatIsNoJson_SaysItAsGoDoes(string body, string error)
    {
        Assert.Null(GoJsonReader.TryParse(Encoding.UTF8.GetBytes(body), out string said));
        Assert.Equal(error, said);
    }

    [Theory]
    [InlineData("[1] and more")]
    [InlineData(" [1]")]
    public void TryParse_FirstValue_IsAllThatCounts(string body)
    {
        using System.Text.Json.JsonDocument? document = GoJsonReader.TryParse(Encoding.UTF8.GetBytes(body), out _);
        Assert.Equal("[1]", document!.RootElement.GetRawText());
    }
}
