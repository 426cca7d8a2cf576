using System.Diagnostics.Metrics;

namespace Gateway.Api.Channels.Sockets;

/// <summary>What is counted of sockets. Tags are of small sets of our own: never an id, and codes are those of <see cref="SocketClose"/>.</summary>
internal sealed class SocketMetrics
{
    private readonly UpDownCounter<int> open;
    private readonly Counter<long> messages;
    private readonly Counter<long> closes;

    /// <summary>Made by the container.</summary>
    public SocketMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Gateway.Channels");
        open = meter.CreateUpDownCounter<int>("gateway.sockets.open", "{socket}", "Sockets that are open, by kind.");
        messages = meter.CreateCounter<long>("gateway.sockets.messages", "{message}", "Messages over sockets, by kind and direction (in, out).");
        closes = meter.CreateCounter<long>("gateway.sockets.closes", "{socket}", "Sockets that have ended, by kind and close code (1006: lost).");
    }

    /// <summary>A socket was opened.</summary>
    public void Opened(SocketKind kind) => open.Add(1, new KeyValuePair<string, object?>("kind", kind.Name));

    /// <summary>A socket has ended.</summary>
    public void Closed(SocketKind kind, SocketClose close)
    {
        var tag = new KeyValuePair<string, object?>("kind", kind.Name);
        open.Add(-1, tag);
        closes.Add(1, tag, new KeyValuePair<string, object?>("code", close.Code));
    }

    /// <summary>A message came.</summary>
    public void Received(SocketKind kind) => Count(kind, "in");

    /// <summary>A message went.</summary>
    public void Sent(SocketKind kind) => Count(kind, "out");

    private void Count(SocketKind kind, string direction) => messages.Add(
        1, new KeyValuePair<string, object?>("kind", kind.Name), new KeyValuePair<string, object?>("direction", direction));
}
