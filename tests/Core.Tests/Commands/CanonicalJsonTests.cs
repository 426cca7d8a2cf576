using System.Text.Json;
using Gateway.Core.Commands;

namespace Gateway.Core.Tests.Commands;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("{ \"b\" : 1 , \"a\" : [ 1 , 2 ] }", "{\"a\":[1,2],\"b\":1}")]
    [InlineData("{\"b\":{\"d\":1,\"c\":2},\"a\":null}", "{\"a\":null,\"b\":{\"c\":2,\"d\":1}}")]
    [InlineData("[{\"b\":1,\"a\":2},true,false,null,\"x\"]", "[{\"a\":2,\"b\":1},true,false,null,\"x\"]")]
    [InlineData("{\"a\":1,\"B\":2,\"A\":3}", "{\"A\":3,\"B\":2,\"a\":1}")]
    [InlineData(" {} ", "{}")]
    [InlineData("[]", "[]")]
    [InlineData("\"\"", "\"\"")]
    public void Of_Spelling_IsTheCanonicalText(string json, string canonical) => Assert.Equal(canonical, Canonical(json));

    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("0.1000")]
    [InlineData("1e2")]
    [InlineData("1E+02")]
    [InlineData("-0")]
    [InlineData("1e999")]
    public void Of_Number_KeepsItsSpelling(string number) => Assert.Equal(number, Canonical($" {number} "));

    [Theory]
    [InlineData("\"\\u00e9\"", "\"é\"")]
    [InlineData("\"\\u003c\\u0026\\u003e\\u0027\\u002b\"", "\"<&>'+\"")]
    [InlineData("\"\\ud83d\\ude00\"", "\"😀\"")]
    [InlineData("\"\\/\"", "\"/\"")]
    [InlineData("\"\\u000a\\u0009\"", "\"\\n\\t\"")]
    [InlineData("\"\\u0022\\u005c\"", "\"\\\"\\\\\"")]
    [InlineData("{\"\\u0061\":1}", "{\"a\":1}")]
    public void Of_EscapedAndPlain_AreTheSameText(string escaped, string plain) => Assert.Equal(Canonical(plain), Canonical(escaped));

    [Fact]
    public void Of_SameLettersDifferentlyComposed_StayDifferent() =>
        Assert.NotEqual(Canonical("\"\u00e9\""), Canonical("\"e\u0301\""));

    [Fact]
    public void Of_MemberTwice_KeepsBothInTheirOrder()
    {
        // Nothing that was sent is hidden from the person who approves it.
        Assert.Equal("{\"a\":1,\"a\":2,\"b\":0}", Canonical("{\"b\":0,\"a\":1,\"a\":2}"));
        Assert.NotEqual(Canonical("{\"a\":1,\"a\":2}"), Canonical("{\"a\":2,\"a\":1}"));
    }

    [Fact]
    public void Of_CanonicalText_IsItself()
    {
        var canonical = Canonical("{\"z\":[1.50,{\"y\":\"\\u00e9<\\n\",\"x\":null}],\"a\":\"\\ud83d\\ude00\"}");
        Assert.Equal(canonical, Canonical(canonical));
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("[[\"\\ude00\\ud83d\"]]")]
    public void Of_HalfASurrogatePair_IsRefused(string json) => Assert.Throws<JsonException>(() => Canonical(json));

    private static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json);
        return CanonicalJson.Of(document.RootElement);
    }
}
