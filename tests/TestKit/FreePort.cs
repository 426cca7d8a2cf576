using System.Net;
using System.Net.Sockets;

namespace Gateway.TestKit;

/// <summary>
/// Ports of 127.0.0.1 for programs that cannot choose one themselves. They lie below the range that the system gives to outgoing
/// connections, so that none of those takes one before the program listens, and no port is given twice by one test run.
/// </summary>
public static class FreePort
{
    private const int First = 18000;
    private const int End = 32000;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    public static int Next()
    {
        lock (Gate)
        {
            while (true)
            {
                int port = Random.Shared.Next(First, End);
                if (!Given.Contains(port) && IsFree(port) && Given.Add(port)) return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
