using System.Diagnostics;

namespace Gateway.Agent.Tests.Scripted;

/// <summary>A folder of its own for a test, gone after it.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gateway-agent-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Folder(string name) => Directory.CreateDirectory(this[name]).FullName;

    public string Write(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], content);
        return this[name];
    }

    /// <summary>
    /// An executable file. Another process writes it: one that this process starts meanwhile for another test would hold what is open here for a moment,
    /// and a file that is open for writing cannot be run.
    /// </summary>
    public string Script(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        using Process shell = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "cat > \"$1\" && chmod 700 \"$1\"", "sh", this[name]]) { RedirectStandardInput = true })!;
        shell.StandardInput.Write($"#!/bin/sh\n{content}\n");
        shell.StandardInput.Close();
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
