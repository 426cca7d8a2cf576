using Gateway.Actors.Hosting;

namespace Gateway.Api.Hosting;

/// <summary>
/// The data folder of the embedded default, held for this process alone: two programs on the same files would each believe to
/// be the only one. The lock is the operating system's and goes with the process, however it ends.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream lockFile;

    private DataFolder(string path, FileStream lockFile)
    {
        Path = path;
        this.lockFile = lockFile;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>Whether a process with these settings has files of its own: the embedded sidecar's, or the relational store's.</summary>
    public static bool IsUsed(IConfiguration configuration) =>
        EmbeddedSidecar.IsNeeded(configuration) || string.IsNullOrWhiteSpace(configuration.GetConnectionString("Gateway"));

    /// <summary>Makes the folder if it is not there (mode 700) and takes it.</summary>
    /// <exception cref="GatewayStartException">It has no name, is read-only, no folder, or another process has it.</exception>
    public static DataFolder Acquire(string path)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new GatewayStartException("Gateway:DataPath is empty: it takes a folder.");
        var full = System.IO.Path.GetFullPath(path);
        var lockPath = System.IO.Path.Combine(full, "lock");
        try
        {
            Create(full);
            return new DataFolder(full, new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new GatewayStartException($"The data folder {full} is not writable. Change its permissions, or choose another one (Gateway__DataPath).", e);
        }
        catch (IOException e) when (File.Exists(lockPath) && IsShared(e))
        {
            throw new GatewayStartException($"The data folder {full} is in use by another Gateway process. Stop it, or choose another folder (Gateway__DataPath).", e);
        }
        catch (IOException e)
        {
            throw new GatewayStartException($"The data folder {full} cannot be used: {e.Message.Split('\n')[0]}", e);
        }
    }

    /// <summary>Makes the folder, readable by its owner only: it holds secrets.</summary>
    private static void Create(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => lockFile.Dispose();

    /// <summary>A file that another process holds: EWOULDBLOCK from flock, or Windows' sharing violation.</summary>
    private static bool IsShared(IOException e) => (e.HResult & 0xFFFF) is 11 or 32 or 33 or 35;
}
