using System.Globalization;
using Gateway.Bench.Channels;
using Gateway.Bench.Orchestrator;
using Gateway.Bench.Servers;

namespace Gateway.Bench;

/// <summary>What to measure.</summary>
internal sealed record BenchOptions
{
    /// <summary>How often each phase is run for each number of clients. Default 12.</summary>
    public int Rounds { get; init; } = 12;

    /// <summary>Numbers of clients at once, divisors of <see cref="Benchmark.Devices"/>, of <see cref="ChannelBenchmark.Devices"/> for channels and for tasks on nodes. Default 1, 16, 64; for channels 1, 16.</summary>
    public IReadOnlyList<int> Clients { get; init; } = [1, 16, 64];

    /// <summary>Whether live channels are measured, in place of operations over HTTP.</summary>
    public bool OnChannels { get; init; }

    /// <summary>Whether tasks on nodes are measured, in place of operations over HTTP.</summary>
    public bool OnOrchestrator { get; init; }

    /// <summary>How many device sockets are open for their memory; 0: memory is not measured. Default 5,000.</summary>
    public int Sockets { get; init; } = 5_000;

    /// <summary>Numbers of subscribers at once. Default 1, 100, 1,000.</summary>
    public IReadOnlyList<int> Subscribers { get; init; } = [1, 100, 1_000];

    /// <summary>Where to write the picture; null: nowhere.</summary>
    public string? Svg { get; init; }

    /// <summary>A deployment that runs already, in place of a server of our own; then there are no floors.</summary>
    public Uri? Url { get; init; }

    /// <summary>A customer's token for <see cref="Url"/>.</summary>
    public string? Token { get; init; }

    /// <summary>Whether the server runs on real daprd (its folder in <c>DAPRD_BIN</c>), in place of the embedded sidecar.</summary>
    public bool OnDaprd { get; init; }

    /// <summary>What is behind the sidecar. Default: files, on daprd Redis.</summary>
    public StoreKind Stores { get; init; }

    /// <exception cref="ArgumentException">Something is not known.</exception>
    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        if (args is ["--channels", .. var rest])
        {
            options = options with { OnChannels = true, Clients = [1, 16] };
            args = rest;
        }
        else if (args is ["--orchestrator", .. var others])
        {
            options = options with { OnOrchestrator = true };
            args = others;
        }

        if (args.Length % 2 != 0) throw new ArgumentException("Each option takes a value.");
        foreach (var pair in args.Chunk(2))
        {
            options = pair switch
            {
                ["--rounds", var text] => options with { Rounds = Whole(text) },
                ["--clients", var text] => options with { Clients = [.. text.Split(',').Select(Whole)] },
                ["--sockets", var text] when options.OnChannels => options with { Sockets = Whole(text) },
                ["--subscribers", var text] when options.OnChannels => options with { Subscribers = [.. text.Split(',').Select(Whole)] },
                ["--svg", var text] => options with { Svg = text },
                ["--url", var text] => options with { Url = new Uri(text) },
                ["--token", var text] => options with { Token = text },
                ["--sidecar", "embedded"] => options with { OnDaprd = false },
                ["--sidecar", "daprd"] => options with { OnDaprd = true },
                ["--stores", "files"] => options with { Stores = StoreKind.Files },
                ["--stores", "redis"] => options with { Stores = StoreKind.Redis },
                ["--stores", "postgres"] => options with { Stores = StoreKind.Postgres },
                _ => throw new ArgumentException($"{pair[0]} {pair[1]} is not known: --rounds, --clients, --svg, --sidecar embedded|daprd, --stores files|redis|postgres, or --url with --token; after a first --channels also --sockets and --subscribers; or a first --orchestrator."),
            };
        }

        var devices = options.OnChannels ? ChannelBenchmark.Devices : options.OnOrchestrator ? OrchestratorBenchmark.Devices : Benchmark.Devices;
        if (options.Clients.Any(count => count < 1 || devices % count != 0)) throw new ArgumentException($"Numbers of clients must divide {devices}.");
        if (options.Subscribers.Any(count => count < 1)) throw new ArgumentException("There is at least one subscriber.");
        if ((options.OnChannels || options.OnOrchestrator) && options.Url is not null) throw new ArgumentException("--channels and --orchestrator need a server of their own.");
        if (options.OnDaprd && options.Stores == StoreKind.Files) options = options with { Stores = StoreKind.Redis };
        if (options.Url is null != options.Token is null) throw new ArgumentException("--url and --token go together.");
        return options;
    }

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
