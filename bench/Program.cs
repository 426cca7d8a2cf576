using Gateway.Bench;

// dotnet run -c Release --project bench [-- --seconds 5 --clients 1,16,64 --svg docs/bench.svg]
return args is ["floor", var appPort, var sidecarPort, var folder]
    ? await FloorHost.RunAsync(int.Parse(appPort), int.Parse(sidecarPort), folder)
    : await Benchmark.RunAsync(BenchOptions.Parse(args), CancellationToken.None);
