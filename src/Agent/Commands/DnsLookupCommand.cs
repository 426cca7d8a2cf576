using System.Net;
using System.Net.Sockets;

namespace Gateway.Agent.Commands;

/// <summary>
/// <c>dns_lookup</c> {host, type?: any | A | AAAA = any}: asks the machine's own resolver. A name that has no address is an answer,
/// not a failure. Output: <see cref="DnsLookup"/>.
/// </summary>
internal sealed class DnsLookupCommand(TimeProvider time) : ICommand
{
    public string Name => "dns_lookup";

    public async Task<CommandOutcome> RunAsync(Parameters parameters, CancellationToken cancel)
    {
        string host = parameters.Host("host");
        AddressFamily family = parameters.Choice("type", "any", "any", "A", "AAAA") switch
        {
            "A" => AddressFamily.InterNetwork,
            "AAAA" => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unspecified,
        };
        parameters.NoMore();

        long start = time.GetTimestamp();
        DnsLookup answer;
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, family, cancel);
            string[] texts = [.. addresses.Select(address => address.ToString()).Distinct()];
            answer = new DnsLookup(host, texts.Length > 0, texts, Elapsed(start), texts.Length > 0 ? null : "no address of this type");
        }
        catch (SocketException failed)
        {
            answer = new DnsLookup(host, false, [], Elapsed(start), SocketProblem.Describe(failed.SocketErrorCode));
        }

        return Answer.Success(answer, Answer.Types.DnsLookup);
    }

    private double Elapsed(long start) => Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 1);
}
