using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Gateway.Api.Channels.Sockets;

/// <summary>What is counted of sockets. Tags are of small sets of our own: never an id, and codes are those of <see cref="SocketClose"/>.</summary>
internal sealed class SocketMetrics
{
    private readonly UpDownCounter<int> open;
    private readonly Counter<long> messages;
    private readonly Counter<long> closes;
    private readonly ConcurrentDictionary<string, bool> kinds = new(StringComparer.Ordinal);

    /// <summary>Made by the container.</summary>
    public SocketMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Gateway.Channels");
        open = meter.CreateUpDownCounter<int>("gateway.sockets.open", "{socket}", "Sockets that are open, by kind.");
        messages = meter.CreateCounter<long>("gateway.sockets.messages", "{message}", "Messages over sockets, by kind and direction (in, out).");
        closes = meter.CreateCounter<long>("gateway.sockets.closes", "{socket}", "Sockets that have ended, by kind and close code (1006: lost).");
    }

    /// <summary>A socket was opened.</summary>
    public void Opened(SocketKind kind)
    {
        open.Add(1, Tag(kind));
        if (!kinds.TryAdd(kind.Name, true)) return;

        // What alarms watch is there before it happens first, or that would be no rise.
        foreach (var why in new[] { SocketClose.Lost, SocketClose.TooSlow }) Count(kind, why, 0);
    }

    /// <summary>A socket has ended.</summary>
    public void Closed(SocketKind kind, SocketClose close)
    {
        open.Add(-1, Tag(kind));
        Count(kind, close, 1);
    }

    /// <summary>A message came.</summary>
    public void Received(SocketKind kind) => Count(kind, "in");

    /// <summary>A message went.</summary>
    public void Sent(SocketKind kind) => Count(kind, "out");

    private void Count(SocketKind kind, string direction) => messages.Add(1, Tag(kind), new KeyValuePair<string, object?>("direction", direction));

    private void Count(SocketKind kind, SocketClose close, int count) => closes.Add(count, Tag(kind), new KeyValuePair<string, object?>("code", close.Code));

    private static KeyValuePair<string, object?> Tag(SocketKind kind) => new("kind", kind.Name);
}
