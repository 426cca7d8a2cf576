using Gateway.Bench;

// dotnet run -c Release --project bench [-- --rounds 12 --clients 1,16,64 --svg docs/bench.svg]
try
{
    return await Benchmark.RunAsync(BenchOptions.Parse(args), CancellationToken.None);
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
