using System.Text.RegularExpressions;
using Gateway.Core.Ids;

namespace Gateway.Core.Tests.Ids;

public sealed class DeviceIdsTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("pi-1")]
    [InlineData("A.b_C-9")]
    [InlineData(".hidden")]
    [InlineData("...x")]
    public void IsValid_OfTheAlphabet_IsTrue(string id)
    {
        Assert.True(DeviceIds.IsValid(id));
        Assert.Matches(DeviceIds.Pattern, id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a|b")]
    [InlineData("a:b")]
    [InlineData("a/b")]
    [InlineData("a@b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("ä")]
    [InlineData("a\0")]
    public void IsValid_AnythingElse_IsFalse(string? id) => Assert.False(DeviceIds.IsValid(id));

    [Fact]
    public void IsValid_Length_IsBounded()
    {
        Assert.True(DeviceIds.IsValid(new string('a', 128)));
        Assert.False(DeviceIds.IsValid(new string('a', 129)));
        Assert.DoesNotMatch(new Regex(DeviceIds.Pattern), new string('a', 129));
    }
}
