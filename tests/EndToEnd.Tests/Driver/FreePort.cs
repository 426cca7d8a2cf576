using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>
/// Ports that nothing listens on. They lie below the range from which the system takes the ports of outgoing connections: a
/// program that is started again must find its port free, and no client may connect to itself while it is down.
/// </summary>
internal static class FreePort
{
    private const int First = 15_000, Count = 10_000;

    private static int next = Random.Shared.Next(Count);

    public static int Next()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref next) % Count);
            if (IsFree(port)) return port;
        }

        throw new NetworkInformationException();
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
