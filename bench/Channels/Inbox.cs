using System.Text;
using System.Threading.Channels;

namespace Gateway.Bench.Channels;

/// <summary>A message and when it came, as a timestamp of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
internal readonly record struct Arrival(byte[] Text, long At);

/// <summary>Messages of one socket, waited for one by one.</summary>
internal sealed class Inbox
{
    /// <summary>Longer than anything takes: what has not come by then will not come.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Channel<Arrival> arrivals = Channel.CreateUnbounded<Arrival>();

    /// <summary>Puts a message in: to be called by the socket.</summary>
    public void Put(ReadOnlySpan<byte> text, long at) => arrivals.Writer.TryWrite(new Arrival(text.ToArray(), at));

    /// <summary>Waits for the next message, which must begin so.</summary>
    /// <exception cref="InvalidOperationException">It is another one.</exception>
    /// <exception cref="TimeoutException">None comes.</exception>
    public async Task<Arrival> TakeAsync(string beginning, CancellationToken cancellationToken)
    {
        var arrival = await arrivals.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(Limit, cancellationToken);
        var text = Encoding.UTF8.GetString(arrival.Text);
        return text.StartsWith(beginning, StringComparison.Ordinal)
            ? arrival
            : throw new InvalidOperationException($"Not {beginning} came, but {text}");
    }
}
