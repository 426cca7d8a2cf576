using System.Collections.Concurrent;
using Gateway.Bench.Floors;
using Gateway.Bench.Load;

namespace Gateway.Bench.Channels;

/// <summary>
/// What connected devices cost that say nothing, beside as many bare sockets. The base is a server that has had as many sockets before, of other
/// devices: what it makes once, and the page caches of its stores, are there by then.
/// </summary>
/// <param name="http">For the server.</param>
/// <param name="server">The server.</param>
/// <param name="fleet">Registers the devices.</param>
internal sealed class IdleMemory(HttpClient http, Uri server, Fleet fleet)
{
    /// <summary>The aim, in bytes for each connection.</summary>
    public const int Aim = 24 * 1024;

    private const int AtOnce = 16;

    /// <summary>Longer than it takes for every socket to have been pinged.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(25);

    /// <summary>For the ends of the sockets.</summary>
    private static readonly TimeSpan Ends = TimeSpan.FromSeconds(15);

    /// <summary>Opens so many of each kind, one kind after the other.</summary>
    public async Task<IReadOnlyList<MemoryRow>> MeasureAsync(int count, CancellationToken cancellationToken)
    {
        var others = await fleet.RegisterAsync(count, cancellationToken);
        var devices = await fleet.RegisterAsync(count, cancellationToken);
        var bare = Enumerable.Repeat($"{FloorStartup.Path}/echo", count).ToList();
        await WithAsync(bare, () => ReadAsync(TimeSpan.Zero));
        await WithAsync(others, () => ReadAsync(Idle));

        var before = await ReadAsync(Ends);
        var open = await WithAsync(bare, () => ReadAsync(Idle));
        var between = await ReadAsync(Ends);
        var connected = await WithAsync(devices, () => ReadAsync(Idle));
        var after = await ReadAsync(Ends);
        return
        [
            new MemoryRow("floor: bare sockets", count, before, open),
            new MemoryRow("device sockets", count, between, connected),
            new MemoryRow("of it after their end", count, between, after),
        ];

        async Task<T> WithAsync<T>(IEnumerable<string> paths, Func<Task<T>> work)
        {
            var sockets = new ConcurrentBag<SocketClient>();
            try
            {
                await Parallel.ForEachAsync(paths, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (path, token) =>
                    sockets.Add(await SocketClient.OpenAsync(server, path, (_, _) => { }, token)));
                return await work();
            }
            finally
            {
                await Task.WhenAll(sockets.Select(socket => socket.DisposeAsync().AsTask()));
            }
        }

        async Task<MemoryReading> ReadAsync(TimeSpan after)
        {
            await Task.Delay(after, TimeProvider.System, cancellationToken);
            using var answer = await http.PostAsync(new Uri($"{FloorStartup.Path}/memory", UriKind.Relative), null, cancellationToken);
            return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<MemoryReading>(cancellationToken)
                ?? throw new InvalidOperationException("The server did not say how much memory it has.");
        }
    }
}

/// <summary>Memory before and with so many connections.</summary>
internal sealed record MemoryRow(string Name, int Count, MemoryReading Before, MemoryReading With)
{
    /// <summary>Resident, in bytes for each connection.</summary>
    public double Resident => (With.Resident - Before.Resident) / (double)Count;

    /// <summary>On the managed heap, in bytes for each connection.</summary>
    public double Heap => (With.Heap - Before.Heap) / (double)Count;
}
