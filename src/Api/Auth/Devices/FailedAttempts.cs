using System.Net;
using System.Net.Sockets;
using Gateway.Api.RateLimits;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Auth.Devices;

/// <summary>
/// Counts wrong secrets by device id and by address, of all replicas together as rate limits do. Memory is bounded: ids that were made up
/// can at worst push each other out, and the address limit slows whoever makes them up. Any number of threads.
/// </summary>
internal sealed class FailedAttempts(IOptions<DeviceAuthOptions> options, RateCounters counters, TimeProvider time)
{
    private const int PrefixBytes = 8;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly WindowCounters devices = counters.For("wrong-secret", Window, options.Value.WrongSecretsPerDevice);
    private readonly WindowCounters addresses = counters.For("wrong-secret-address", Window, options.Value.WrongSecretsPerAddress);

    /// <summary>
    /// Admits an attempt, or says how long to wait. The attempt counts as failed until <see cref="Withdraw"/>: so many
    /// attempts at once see no more secrets than the same number in turn.
    /// </summary>
    public TimeSpan? Admit(string deviceId, IPAddress? address)
    {
        var limit = options.Value.WrongSecretsPerAddress;
        if (limit > 0 && address is not null && addresses.Read(NetworkOf(address)) is var (wrong, addressResetsAt) && wrong >= limit)
            return addressResetsAt - time.GetUtcNow();

        var (attempts, resetsAt) = devices.Add(deviceId);
        return attempts > options.Value.WrongSecretsPerDevice ? resetsAt - time.GetUtcNow() : null;
    }

    /// <summary>The admitted attempt was not wrong, or nobody could tell.</summary>
    public void Withdraw(string deviceId) => devices.TakeBack(deviceId);

    /// <summary>
    /// The admitted attempt was wrong: it counts for its address too. Only now, since many devices behind one address that
    /// start at once must not be taken for an attack.
    /// </summary>
    public void CountFor(IPAddress? address)
    {
        if (address is not null && options.Value.WrongSecretsPerAddress > 0) addresses.Add(NetworkOf(address));
    }

    /// <summary>Who has one IPv6 address has its whole /64.</summary>
    private static string NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4().ToString();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, PrefixBytes, bytes.Length - PrefixBytes);
        return new IPAddress(bytes).ToString();
    }
}
