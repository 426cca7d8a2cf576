using System.Globalization;
using Gateway.Core.Commands;

namespace Gateway.Core.Tests.Commands;

public sealed class DigestsTests
{
    [Fact]
    public void OfToken_KnownText_IsStableAcrossReleases() =>
        // SHA-256 over "3;abc": stored in heads and history, so it must never change.
        Assert.Equal("tAzvXKMWKnsGX86oXkcXamIlP7lJiaz-IEk16Hl6BSw", Digests.OfToken("abc"));

    [Fact]
    public void OfCommand_TypeOrParametersDiffer_Differs()
    {
        string[] digests =
        [
            Digests.OfCommand("run", "{}"), Digests.OfCommand("run", "{ }"), Digests.OfCommand("Run", "{}"),
            Digests.OfCommand("ru", "n{}"), Digests.OfCommand("run2;", "{}"), Digests.OfCommand("", "run{}"),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.All(digests, digest => Assert.Matches("^[A-Za-z0-9_-]{43}$", digest));
    }

    [Fact]
    public void OfResult_AnyPartDiffers_Differs()
    {
        string[] digests =
        [
            Digests.OfResult("success", "out", "err", 1, 1), Digests.OfResult("failure", "out", "err", 1, 1),
            Digests.OfResult("success", "outerr", "", 1, 1), Digests.OfResult("success", "outerr", null, 1, 1),
            Digests.OfResult("success", "", "outerr", 1, 1), Digests.OfResult("success", null, "outerr", 1, 1),
            Digests.OfResult("success", "out", "err", 2, 1), Digests.OfResult("success", "out", "err", 1, 1.0000000000000002),
            Digests.OfResult("success", "out", "err", 11, 1), Digests.OfResult("success", "out", "err", 1, 11),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void OfResult_OtherCulture_IsTheSame()
    {
        var culture = CultureInfo.CurrentCulture;
        var digest = Digests.OfResult("success", null, null, -1, 1.5);
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("", useUserOverride: false) { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            Assert.Equal(digest, Digests.OfResult("success", null, null, -1, 1.5));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
