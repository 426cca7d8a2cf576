using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests;

/// <summary>What the README tells a newcomer to type.</summary>
public sealed class ReadmeTests
{
    private const string Begin = "<!-- quickstart -->\n```bash\n", End = "```\n<!-- /quickstart -->";

    /// <summary>Stands in for "dotnet run --project src/X -- …": the same program as it is built already.</summary>
    private const string Dotnet = """
        #!/bin/sh
        [ "$1 $2 $4" = "run --project --" ] || { echo "not understood: dotnet $*" >&2; exit 64; }
        program="$ROOT/$3/$OUTPUT/Gateway.$(basename "$3").dll"
        shift 4
        exec "$REAL_DOTNET" "$program" "$@"

        """;

    /// <summary>Before it: the stand-in, and instead of the pause a look whether the result is there. After it: the agent ends.</summary>
    private const string Around = """
        set -eo pipefail
        export REAL_DOTNET=$(command -v dotnet) PATH="$PWD/bin:$PATH"
        trap 'kill $(jobs -p); wait' EXIT
        sleep() { for i in $(seq 300); do call sessions/$SESSION | grep -q '"status":"completed"' && return; command sleep 0.1; done; }

        """;

    [Fact]
    public async Task Quickstart_TypedAsItStands_ShowsTheDiagnosis()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "curl"))))
            Requirement.Missing("curl");
        var readme = await File.ReadAllTextAsync(Path.Combine(BuiltProgram.Root, "README.md"));
        var begin = readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var quickstart = readme[begin..readme.IndexOf(End, begin, StringComparison.Ordinal)];
        await using var bench = new Bench();
        var server = await GatewayServer.StartAsync(bench);
        Assert.Contains("http://localhost:8000", quickstart, StringComparison.Ordinal);
        var script = Around + quickstart.Replace("http://localhost:8000", server.Url, StringComparison.Ordinal);
        var dotnet = Path.Combine(bench.NewFolder("bin"), "dotnet");
        await File.WriteAllTextAsync(dotnet, Dotnet);
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var typed = bench.StartCommand("quickstart", ["bash", "-c", script], new Dictionary<string, string?>(server.Settings)
        {
            ["ROOT"] = BuiltProgram.Root,
            ["OUTPUT"] = BuiltProgram.Output,
        });

        Assert.Equal(0, await typed.ExitAsync());
        var session = typed.Output.Split('\n')[^1];
        Assert.Contains("\"type\":\"system_info\",\"status\":\"completed\"", session, StringComparison.Ordinal);
        Assert.Contains(Environment.MachineName, session, StringComparison.Ordinal);
    }
}
