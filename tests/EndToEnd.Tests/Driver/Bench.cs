using System.Globalization;
using Gateway.TestKit;
using Gateway.TestKit.Daprd;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>
/// One test's own folder and programs. Disposing ends what still runs, tells what the programs said (which is shown when the test
/// failed), and deletes the folder.
/// </summary>
internal sealed class Bench : IAsyncDisposable
{
    private const int ShownLines = 150;

    private readonly List<ProgramProcess> programs = [];
    private readonly List<DaprdProcess> sidecars = [];
    private readonly List<Action> releases = [];
    private readonly PostgresServer? besideDapr;

    /// <summary>Servers run alone, each with its embedded sidecar.</summary>
    public Bench()
    {
    }

    private Bench(DaprStack dapr, PostgresServer postgres) => (Dapr, besideDapr) = (dapr, postgres);

    private Bench(ServerStores stores) => Stores = stores;

    /// <summary>Real Dapr, which the servers of this bench run on; null: they have their embedded sidecar.</summary>
    public DaprStack? Dapr { get; }

    /// <summary>The servers that this bench's embedded sidecars and relational store work on; null: files.</summary>
    public ServerStores? Stores { get; }

    /// <summary>The Redis that its servers work on, on real Dapr or not; null: files.</summary>
    public RedisServer? Redis => Stores?.Redis ?? Dapr?.Redis;

    /// <summary>The Postgres that its servers have as their relational store; null: files.</summary>
    public PostgresServer? Postgres => Stores?.Postgres ?? besideDapr;

    /// <summary>Secrets in a file, which a server's sidecar has as its secret store; null: it has the environment. Set before a server is started.</summary>
    public IReadOnlyDictionary<string, string>? Secrets { get; set; }

    /// <summary>The test's folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("gateway-e2e-").FullName;

    /// <summary>
    /// Servers run as in production: on real Dapr with Redis and Postgres, and the actors as an app of their own. With the variable
    /// <c>DAPRD_STATE=state.postgresql</c> the queues are in Postgres too. Skips the test where there is no Dapr.
    /// </summary>
    public static async Task<Bench> OnDaprdAsync()
    {
        var dapr = await DaprStack.StartAsync();
        return new(dapr, await PostgresServer.StartAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Servers run alone, each with its embedded sidecar, on Redis and Postgres of the test. Skips the test where they are not installed.</summary>
    /// <param name="stateStore">The state store's component type: <c>state.redis</c> or <c>state.postgresql</c>.</param>
    public static async Task<Bench> OnServersAsync(string stateStore) => new(await ServerStores.StartAsync(stateStore));

    /// <summary>Starts a <c>daprd</c>, which may be before its app.</summary>
    public async Task<DaprdProcess> StartDaprdAsync(DaprdOptions options)
    {
        var sidecar = await Dapr!.StartSidecarAsync(options with { WaitUntilReady = false }, TestContext.Current.CancellationToken);
        sidecars.Add(sidecar);
        return sidecar;
    }

    /// <summary>Starts a built program, which ends with the test at the latest.</summary>
    /// <param name="name">What its log is headed with.</param>
    /// <param name="program">The program, one of <see cref="BuiltProgram"/>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Its settings.</param>
    /// <param name="prefix">A command that becomes the program, such as <c>setpriv …</c>.</param>
    public ProgramProcess Start(
        string name, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null,
        params IReadOnlyList<string> prefix) => StartCommand(name, [.. prefix, "dotnet", program, .. arguments], environment);

    /// <summary>Starts any command.</summary>
    public ProgramProcess StartCommand(string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var merged = new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>())
        {
            ["HOME"] = Folder,
            ["XDG_CONFIG_HOME"] = null,
            ["DOTNET_NOLOGO"] = "1",
        };
        var started = ProgramProcess.Start(name, command, Folder, merged);
        programs.Add(started);
        return started;
    }

    /// <summary>Makes a folder in the test's folder.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    /// <summary>To be done first at the end, for example to let go of what waits for the test.</summary>
    public void AtEnd(Action release) => releases.Add(release);

    public async ValueTask DisposeAsync()
    {
        foreach (var release in releases) release();
        foreach (var program in programs)
        {
            Tell(program);
            await program.DisposeAsync();
        }

        if (Dapr is not null)
        {
            foreach (var sidecar in sidecars) TestContext.Current.TestOutputHelper?.WriteLine($"--- daprd of {sidecar.AppId} ---\n{sidecar.LogTail}");
            TestContext.Current.TestOutputHelper?.WriteLine(Dapr.LogTail);
            await Dapr.DisposeAsync();
        }

        if (besideDapr is not null) await besideDapr.DisposeAsync();
        if (Stores is not null) await Stores.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static void Tell(ProgramProcess program)
    {
        var output = TestContext.Current.TestOutputHelper;
        var end = program.HasExited ? string.Create(CultureInfo.InvariantCulture, $"exit code {program.ExitCode}") : "still running";
        output?.WriteLine($"--- {program.Name} ({end}) ---");
        var log = program.Log;
        if (log.Count > ShownLines) output?.WriteLine($"({log.Count - ShownLines} lines before)");
        foreach (var line in log.TakeLast(ShownLines)) output?.WriteLine(line);
    }
}
