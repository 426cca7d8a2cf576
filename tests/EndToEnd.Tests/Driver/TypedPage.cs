using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>What a page tells to type, typed into bash: in a folder of its own, with the programs as they are built already.</summary>
internal static class TypedPage
{
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

    /// <summary>The stand-in first; at the end, whatever it is, what the page started in the background ends.</summary>
    private const string Before = """
        set -eo pipefail
        export REAL_DOTNET=$(command -v dotnet) PATH="$PWD/bin:$PATH"
        trap 'kill $(jobs -p) 2> /dev/null || true; wait' EXIT

        """;

    /// <summary>Starts bash with a script; the first command that fails ends it.</summary>
    public static async Task<ProgramProcess> TypeAsync(
        Bench bench, string name, string script, IReadOnlyDictionary<string, string?> environment)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "curl"))))
            Requirement.Missing("curl");
        var dotnet = Path.Combine(bench.NewFolder("bin"), "dotnet");
        await File.WriteAllTextAsync(dotnet, Dotnet);
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return bench.StartCommand(name, ["bash", "-c", Before + script], new Dictionary<string, string?>(environment)
        {
            ["ROOT"] = BuiltProgram.Root,
            ["CONFIGURATION"] = BuiltProgram.Output.Split('/')[1],
        });
    }
}
