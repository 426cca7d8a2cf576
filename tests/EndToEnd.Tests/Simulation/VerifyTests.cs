using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Simulation;

/// <summary><c>verify</c> without a server.</summary>
public sealed class VerifyTests
{
    [Fact]
    public async Task Verify_NobodyAnswers_SaysSoAndFails()
    {
        await using var bench = new Bench();
        var verify = bench.Start("verify", BuiltProgram.Api, ["verify", "--url", "http://127.0.0.1:1", "--token", "none"]);

        Assert.Equal(1, await verify.ExitAsync());
        Assert.Contains("No gateway answers at http://127.0.0.1:1/", verify.Errors, StringComparison.Ordinal);
    }
}
