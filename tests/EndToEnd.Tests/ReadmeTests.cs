using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>What the README tells a newcomer to type.</summary>
public sealed class ReadmeTests
{
    private const string Begin = "<!-- quickstart -->\n```bash\n", End = "```\n<!-- /quickstart -->";

    [Fact]
    public async Task Quickstart_TypedAsItStands_ShowsTheDiagnosis()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(BuiltProgram.Root, "README.md"));
        var begin = readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var quickstart = readme[begin..readme.IndexOf(End, begin, StringComparison.Ordinal)];
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench);
        Assert.Contains("http://localhost:8000", quickstart, StringComparison.Ordinal);
        var script = quickstart.Replace("http://localhost:8000", server.Url, StringComparison.Ordinal);

        var typed = await TypedPage.TypeAsync(bench, "quickstart", script, server.Settings);

        Assert.Equal(0, await typed.ExitAsync());
        var session = typed.Output.Split('\n')[^1];
        Assert.Contains("\"type\":\"system_info\",\"status\":\"completed\"", session, StringComparison.Ordinal);
        Assert.Contains(Environment.MachineName, session, StringComparison.Ordinal);
    }
}
