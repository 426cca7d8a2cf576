using System.Collections.Concurrent;

namespace Gateway.Api.Channels.Sockets;

/// <summary>Counts open connections of one party, on this replica, whatever their transport. Thread-safe.</summary>
internal sealed class SocketSeats
{
    private readonly ConcurrentDictionary<string, int> taken = new(StringComparer.Ordinal);

    /// <summary>Takes a seat, which is free again when the answer is disposed; null: the party has as many as it may.</summary>
    /// <param name="party">Who connects, for example <c>customer:abc</c>.</param>
    /// <param name="max">How many connections it may have.</param>
    public IDisposable? TryTake(string party, int max)
    {
        if (taken.AddOrUpdate(party, 1, static (_, count) => count + 1) <= max) return new Seat(this, party);
        GiveBack(party);
        return null;
    }

    private void GiveBack(string party)
    {
        var left = taken.AddOrUpdate(party, 0, static (_, count) => count - 1);
        if (left == 0) taken.TryRemove(KeyValuePair.Create(party, 0));
    }

    private sealed class Seat(SocketSeats seats, string party) : IDisposable
    {
        private int isFree;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isFree, 1) == 0) seats.GiveBack(party);
        }
    }
}
