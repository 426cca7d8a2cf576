using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;

namespace Gateway.TestKit;

/// <summary>
/// A real Postgres from the machine's own binaries, in a temp folder on a free port of 127.0.0.1, without a password. Under root it runs as
/// the user <c>postgres</c>, since it refuses root. Unless told otherwise it syncs nothing to disk, so what was committed outlives a kill
/// but not a power cut. Disposing ends it and deletes its folder.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const int SigCont = 18, SigStop = 19;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string binaries;
    private readonly string folder;
    private readonly int port;
    private readonly string[] settings;
    private Process? server;
    private int databases;

    private PostgresServer(string binaries, string folder, int port, string[] settings)
    {
        this.binaries = binaries;
        this.folder = folder;
        this.port = port;
        this.settings = settings;
    }

    /// <summary>How to reach the database <c>postgres</c>, as its superuser.</summary>
    public string ConnectionString => For("postgres");

    /// <summary>Starts a server; where Postgres is not installed, <see cref="Requirement.Missing"/>.</summary>
    public static Task<PostgresServer> StartAsync(CancellationToken cancellationToken = default) => StartAsync([], cancellationToken);

    /// <summary>Starts a server with settings beside its own, such as <c>fsync=on</c>.</summary>
    public static async Task<PostgresServer> StartAsync(IEnumerable<string> settings, CancellationToken cancellationToken = default)
    {
        var binaries = FindBinaries();
        if (binaries is null) Requirement.Missing("Postgres (initdb and postgres)");
        var folder = Directory.CreateTempSubdirectory("gateway-postgres-").FullName;
        var postgres = new PostgresServer(binaries!, folder, FreePort(), [.. settings.SelectMany(setting => new[] { "-c", setting })]);
        try
        {
            if (Environment.IsPrivilegedProcess) await RunAsync(Command("chown", ["postgres", folder]), cancellationToken);
            await RunAsync(
                postgres.AsPostgres("initdb", "-D", postgres.Data, "-U", "gateway", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"),
                cancellationToken);
            await postgres.StartAgainAsync(cancellationToken);
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database and answers how to reach it.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref databases)}");
        await ExecuteAsync($"create database {name}", cancellationToken);
        return For(name);
    }

    /// <summary>Npgsql's connection string in libpq's words, which Dapr's components take.</summary>
    public static string Libpq(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return string.Create(
            CultureInfo.InvariantCulture, $"host={settings.Host} port={settings.Port} user={settings.Username} dbname={settings.Database} sslmode=disable");
    }

    /// <summary>Ends the server at once, as a crash would (SIGKILL); its data stay.</summary>
    public async Task KillAsync()
    {
        if (server is null) return;
        server.Kill(entireProcessTree: true);
        await server.WaitForExitAsync();
        server.Dispose();
        server = null;
    }

    /// <summary>Starts it on the same port and data, after <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = new List<string>();
        var process = new Process
        {
            StartInfo = AsPostgres(
                "postgres",
                ["-D", Data, "-p", port.ToString(CultureInfo.InvariantCulture),
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off",
                "-c", "autovacuum=off", "-c", "max_connections=200", "-c", "shared_buffers=32MB", .. settings]),
            EnableRaisingEvents = true,
        };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            lock (output) output.Add(line.Data);
            if (line.Data.Contains("ready to accept connections", StringComparison.Ordinal)) ready.TrySetResult();
        };
        process.Exited += (_, _) =>
        {
            lock (output) ready.TrySetException(new InvalidOperationException("Postgres ended: " + string.Join('\n', output)));
        };
        process.Start();
        server = process;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        await ready.Task.WaitAsync(StartLimit, cancellationToken);
    }

    /// <summary>Holds the server and the processes of its connections still (SIGSTOP): connections stay open and nobody answers.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>Lets it go on (SIGCONT), after <see cref="Pause"/>.</summary>
    public void Resume() => Signal(SigCont);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <remarks>The server itself first when it is stopped, so that it starts no further process.</remarks>
    private void Signal(int signal)
    {
        if (server is null) throw new InvalidOperationException("Postgres does not run.");
        var children = string.Create(CultureInfo.InvariantCulture, $"/proc/{server.Id}/task/{server.Id}/children");
        Send(server.Id, signal);
        foreach (var child in File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Send(int.Parse(child, CultureInfo.InvariantCulture), signal);
    }

    // A connection's process may have ended just now.
    private static void Send(int processId, int signal) => _ = Kill(processId, signal);

    private string Data => Path.Combine(folder, "data");

    private static string? FindBinaries()
    {
        const string debian = "/usr/lib/postgresql";
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).AsEnumerable();
        if (Directory.Exists(debian))
        {
            folders = Directory.GetDirectories(debian)
                .OrderByDescending(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(path => Path.Combine(path, "bin"))
                .Concat(folders);
        }

        return folders.FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")) && File.Exists(Path.Combine(path, "postgres")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <remarks>setpriv becomes the program itself, so its process id is the server's.</remarks>
    private ProcessStartInfo AsPostgres(string program, params IEnumerable<string> arguments)
    {
        var path = Path.Combine(binaries, program);
        return Environment.IsPrivilegedProcess
            ? Command("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", path, .. arguments])
            : Command(path, arguments);
    }

    private static ProcessStartInfo Command(string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = "/",
        Environment = { ["LC_ALL"] = "C" },
    };

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken).WaitAsync(StartLimit, cancellationToken);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{start.FileName} failed: {await output}{await errors}");
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string For(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = "gateway",
        Database = database,
    }.ConnectionString;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
