using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Portal;

/// <summary>The script <c>talk</c>: it prints a line, waits until the test lets it go on, and prints another.</summary>
internal sealed class TalkingScript
{
    private readonly string go;

    public TalkingScript(Bench bench)
    {
        Folder = bench.NewFolder("talking");
        go = Path.Combine(bench.Folder, "go-on");
        var path = Path.Combine(Folder, "talk");
        // Never longer than half a minute, whatever becomes of the test.
        File.WriteAllText(path, $"""
            #!/bin/sh
            echo 'Looking at the service ...'
            printf '50 %%\r\033[K\033[32mso far so good\033[0m\n'
            i=0
            while [ ! -e '{go}' ] && [ $i -lt 600 ]; do sleep 0.05; i=$((i + 1)); done
            echo 'all is well'

            """);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        bench.AtEnd(GoOn);
    }

    public string Folder { get; }

    /// <summary>Lets it go on.</summary>
    public void GoOn() => File.WriteAllText(go, "");
}
