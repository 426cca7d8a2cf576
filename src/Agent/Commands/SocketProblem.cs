using System.Net.Sockets;

namespace Gateway.Agent.Commands;

internal static class SocketProblem
{
    /// <summary>The usual causes in plain words; the others by their name.</summary>
    public static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused: nothing listens on this port",
        SocketError.HostNotFound or SocketError.NoData => "host not found",
        SocketError.TryAgain => "the name server does not answer",
        SocketError.HostUnreachable => "host unreachable",
        SocketError.NetworkUnreachable => "network unreachable",
        SocketError.TimedOut => "no answer in time",
        _ => error.ToString(),
    };
}
