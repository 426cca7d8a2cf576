using Dapr.Client;

namespace Gateway.Dapr.Tests;

public class PublicSurfaceTests
{
    private static readonly string[] OfficialNamespaces =
    [
        "Dapr", "Dapr.Client", "Dapr.AspNetCore", "Dapr.Actors", "Dapr.Actors.Client", "Dapr.Actors.Runtime",
        "Microsoft.AspNetCore.Builder", "Microsoft.Extensions.DependencyInjection",
    ];

    [Fact]
    public void ExportedTypes_LiveInTheOfficialNamespaces() =>
        Assert.DoesNotContain(typeof(DaprClient).Assembly.GetExportedTypes(), type => !OfficialNamespaces.Contains(type.Namespace));
}
