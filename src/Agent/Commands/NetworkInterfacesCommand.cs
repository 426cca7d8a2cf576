using System.Net.NetworkInformation;

namespace Gateway.Agent.Commands;

/// <summary>
/// <c>network_interfaces</c>, no parameters: addresses, gateways, name servers, traffic. Output: <see cref="NetworkInterfaces"/>.
/// </summary>
internal sealed class NetworkInterfacesCommand : ICommand
{
    public string Name => "network_interfaces";

    public Task<CommandOutcome> RunAsync(Parameters parameters, CancellationToken cancel)
    {
        parameters.NoMore();
        var answer = new NetworkInterfaces([.. NetworkInterface.GetAllNetworkInterfaces()
            .OrderBy(link => link.Name, StringComparer.Ordinal)
            .Select(Describe)]);
        return Task.FromResult(Answer.Success(answer, Answer.Types.NetworkInterfaces));
    }

    private static NetworkInterfaces.Link Describe(NetworkInterface link)
    {
        IPInterfaceProperties? properties = Told(link.GetIPProperties);
        IPInterfaceStatistics? traffic = Told(link.GetIPStatistics);
        string mac = string.Join(':', link.GetPhysicalAddress().GetAddressBytes().Select(part => part.ToString("x2")));
        return new NetworkInterfaces.Link(
            link.Name,
            link.NetworkInterfaceType.ToString(),
            link.OperationalStatus.ToString(),
            mac.Length > 0 ? mac : null,
            [.. (properties?.UnicastAddresses ?? Enumerable.Empty<UnicastIPAddressInformation>())
                .Select(address => new NetworkInterfaces.Address(address.Address.ToString(), address.PrefixLength))],
            [.. (properties?.GatewayAddresses ?? Enumerable.Empty<GatewayIPAddressInformation>())
                .Select(gateway => gateway.Address.ToString())],
            [.. (properties?.DnsAddresses ?? Enumerable.Empty<System.Net.IPAddress>())
                .Select(server => server.ToString())],
            traffic?.BytesReceived,
            traffic?.BytesSent);
    }

    private static T? Told<T>(Func<T> ask)
        where T : class
    {
        try
        {
            return ask();
        }
        catch (Exception untold) when (untold is NetworkInformationException or PlatformNotSupportedException)
        {
            return null;
        }
    }
}
