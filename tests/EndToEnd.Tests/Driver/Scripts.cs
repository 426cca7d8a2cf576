namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>
/// Scripts that an agent may run. What they do is in a file, one line each time: <c>append</c> writes its argument, <c>hold</c> writes
/// <c>begin</c>, waits until the test lets it go on, and writes <c>end</c>; <c>talk</c> prints, waits likewise, and prints again.
/// </summary>
internal sealed class Scripts
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string lines, go;

    public Scripts(Bench bench)
    {
        Folder = bench.NewFolder("scripts");
        lines = Path.Combine(bench.Folder, "lines.txt");
        go = Path.Combine(bench.Folder, "go");
        Write("append", $"""
            echo "$1" >> '{lines}'
            echo "did $1"
            """);
        // Never longer than half a minute, whatever becomes of the test.
        Write("hold", $"""
            echo begin >> '{lines}'
            i=0
            while [ ! -e '{go}' ] && [ $i -lt 600 ]; do sleep 0.05; i=$((i + 1)); done
            echo end >> '{lines}'
            echo held
            """);
        Write("talk", $"""
            echo talking
            i=0
            while [ ! -e '{go}' ] && [ $i -lt 600 ]; do sleep 0.05; i=$((i + 1)); done
            echo done
            """);
        bench.AtEnd(Release);
    }

    public string Folder { get; }

    /// <summary>What was done so far.</summary>
    public IReadOnlyList<string> Done => File.Exists(lines) ? File.ReadAllLines(lines) : [];

    /// <summary>Waits until a line is there.</summary>
    public Task DidAsync(string line) => Wait.UntilAsync($"a script to write '{line}'", () => Done.Contains(line));

    /// <summary>Lets <c>hold</c> go on.</summary>
    public void Release() => File.WriteAllText(go, "");

    private void Write(string name, string body)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, OwnerOnly);
    }
}
