using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Gateway.Actors.Hosting.Restarts;

/// <summary>
/// Begins the program anew with the same arguments and environment. In place the process becomes it (execve, on Linux): its id stays, so that neither a
/// supervisor nor a shell notices. Otherwise it is a new process.
/// </summary>
internal static class Reexecution
{
    /// <summary>Does it, when all that the program held has been let go of. Returns only when this process is to end: with its exit code.</summary>
    public static int Run(bool inPlace)
    {
        try
        {
            var program = Environment.ProcessPath ?? throw new InvalidOperationException("The program's file is not known.");
            if (inPlace && OperatingSystem.IsLinux()) Become(program);
            else Start(program);
            return 0;
        }
        catch (Exception e)
        {
            // Whoever supervises it starts it again.
            Console.Error.WriteLine($"gateway: it cannot begin anew: {e.Message}");
            return 1;
        }
    }

    private static void Become(string program)
    {
        // The kernel keeps the arguments exactly as they were given, the program's own name first.
        var arguments = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];
        DeleteDiagnosticPorts();
        _ = Execute(program, [.. arguments, null]);
        throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>The runtime's own sockets for debuggers, which go with a process that ends; the next run makes them under the same names.</summary>
    private static void DeleteDiagnosticPorts()
    {
        try
        {
            foreach (var port in Directory.EnumerateFiles(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-*")) File.Delete(port);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the next run has none.
        }
    }

    private static void Start(string program)
    {
        var arguments = Environment.GetCommandLineArgs();
        // "dotnet Gateway.Api.dll" runs the first argument, the program's own file does not name itself.
        var isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        using var started = Process.Start(new ProcessStartInfo(program, isHost ? arguments : arguments[1..]));
    }

    [DllImport("libc", EntryPoint = "execv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string program,
        [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments);
}
