using System.Net;
using System.Net.Sockets;

namespace Gateway.Agent.Commands;

/// <summary>
/// <c>tcp_check</c> {host, port: 1..65535, timeoutMs?: 100..30000 = 5000}: opens a connection and closes it. A closed port is an
/// answer, not a failure. Output: <see cref="TcpCheck"/>.
/// </summary>
internal sealed class TcpCheckCommand(TimeProvider time) : ICommand
{
    public string Name => "tcp_check";

    public async Task<CommandOutcome> RunAsync(Parameters parameters, CancellationToken cancel)
    {
        string host = parameters.Host("host");
        int port = parameters.Number("port", 1, 65535);
        int timeoutMs = parameters.Number("timeoutMs", 100, 30_000, otherwise: 5_000);
        parameters.NoMore();

        using var client = new TcpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(timeoutMs), time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        long start = time.GetTimestamp();
        string? address = null, error = null;
        try
        {
            await client.ConnectAsync(host, port, linked.Token);
            // The socket speaks both versions and shows an IPv4 address in IPv6 clothes.
            IPAddress peer = ((IPEndPoint)client.Client.RemoteEndPoint!).Address;
            address = (peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer).ToString();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            error = $"no answer within {timeoutMs} ms";
        }
        catch (SocketException failed)
        {
            error = SocketProblem.Describe(failed.SocketErrorCode);
        }

        double took = Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 1);
        return Answer.Success(new TcpCheck(host, port, error is null, address, took, error), Answer.Types.TcpCheck);
    }
}
