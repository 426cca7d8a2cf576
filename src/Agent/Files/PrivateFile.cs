namespace Gateway.Agent.Files;

/// <summary>
/// Files that only the agent's own user may read: created with mode 600 in a folder of mode 700, and replaced as a whole
/// (temporary file, flush to disk, rename), so that a reader sees the old content or the new one and a power cut leaves either.
/// </summary>
internal static class PrivateFile
{
    /// <summary>Ends the name of a file that is not finished; what a crash left of them is deleted at the next start.</summary>
    public const string TemporarySuffix = ".tmp";

    private const UnixFileMode Readable = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Writable = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        CreateFolder(Path.GetDirectoryName(path)!);
        string temporary = $"{path}.{Guid.NewGuid():N}{TemporarySuffix}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Reads a file that holds a secret.</summary>
    /// <exception cref="AgentException">Somebody else may read or change it; the message names the command that repairs it.</exception>
    public static byte[] ReadSecret(string path) => Read(path, Readable | Writable, "600", "read");

    /// <summary>Reads a file that decides what the agent may do: others may know it, and may not change it.</summary>
    /// <exception cref="AgentException">Somebody else may change it; the message names the command that repairs it.</exception>
    public static byte[] ReadTrusted(string path) => Read(path, Writable, "go-w", "changed");

    private static byte[] Read(string path, UnixFileMode refused, string chmod, string risk)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (!OperatingSystem.IsWindows())
        {
            // Asked of the open handle: a path could be exchanged between the question and the reading.
            UnixFileMode mode = File.GetUnixFileMode(stream.SafeFileHandle);
            if ((mode & refused) != 0)
                throw new AgentException($"{path} can be {risk} by other users of this machine. Run: chmod {chmod} '{path}'");
        }

        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
