using Gateway.Api.Surfaces.Gateway;

namespace Gateway.Api.Tests.Gateway;

public sealed class GatewayErrorsTests
{
    [Fact]
    public void Codes_AllOfThem_HaveANameOfTheirOwnAndAStatus()
    {
        var codes = Enum.GetValues<GatewayErrorCode>();
        Assert.Equal(codes.Length, codes.Select(GatewayErrors.NameOf).Distinct().Count());
        Assert.All(codes, code =>
        {
            Assert.Matches("^[A-Z]+(_[A-Z]+)*$", GatewayErrors.NameOf(code));
            Assert.InRange(GatewayErrors.StatusOf(code), 400, 503);
        });
    }
}
