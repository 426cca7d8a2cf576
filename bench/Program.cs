using Gateway.Bench;
using Gateway.Bench.Channels;
using Gateway.Bench.Orchestrator;

// dotnet run -c Release --project bench [-- [--channels|--orchestrator] --rounds 12 --clients 1,16,64 --svg docs/bench.svg]
try
{
    var options = BenchOptions.Parse(args);
    return options.OnChannels ? await ChannelBenchmark.RunAsync(options, CancellationToken.None)
        : options.OnOrchestrator ? await OrchestratorBenchmark.RunAsync(options, CancellationToken.None)
        : await Benchmark.RunAsync(options, CancellationToken.None);
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
