using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests;

/// <summary>What the README tells a newcomer to type.</summary>
public sealed class ReadmeTests
{
    private const string Begin = "<!-- quickstart -->\n```bash\n", End = "```\n<!-- /quickstart -->";

    /// <summary>Stands before dotnet: "dotnet run … --project src/X …" of this repository, as it is built already, from any folder.</summary>
    private const string Dotnet = """
        #!/bin/sh
        [ "$1" = run ] || { echo "not understood: dotnet $*" >&2; exit 64; }
        shift
        for argument; do
          shift
          case $argument in src/*) argument="$ROOT/$argument" ;; esac
          set -- "$@" "$argument"
        done
        exec "$REAL_DOTNET" run --no-build --configuration "$CONFIGURATION" "$@"

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
            ["CONFIGURATION"] = BuiltProgram.Output.Split('/')[1],
        });

        Assert.Equal(0, await typed.ExitAsync());
        var session = typed.Output.Split('\n')[^1];
        Assert.Contains("\"type\":\"system_info\",\"status\":\"completed\"", session, StringComparison.Ordinal);
        Assert.Contains(Environment.MachineName, session, StringComparison.Ordinal);
    }
}
