using System.Text;
using Gateway.Api.Auth.Devices;
using Gateway.Storage.RateLimits;

namespace Gateway.Api.RateLimits;

/// <summary>The count of one party in one window. Guarded by the lock of its <see cref="WindowCounters"/>.</summary>
/// <param name="party">The party.</param>
/// <param name="ends">The end of the window.</param>
internal sealed class PartyCount(string party, DateTimeOffset ends)
{
    /// <summary>The longest name of a party that goes into the store as it is.</summary>
    private const int MaxNameLength = 128;

    /// <summary>The party.</summary>
    public string Party => party;

    /// <summary>The end of the window.</summary>
    public DateTimeOffset Ends => ends;

    /// <summary>Counted on this replica.</summary>
    public long Here { get; set; }

    /// <summary>What of that the store has.</summary>
    public long Shared { get; set; }

    /// <summary>Counted on other replicas, when the store was last asked.</summary>
    public long Elsewhere { get; set; }

    /// <summary>Whether it stands in line to be shared.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>What is known of all replicas.</summary>
    public WindowCount Known => new(Here + Elsewhere, ends);

    /// <summary>
    /// What a party is called in the store: its own name, unless that is long, or holds what might not come back the same.
    /// </summary>
    public static string NameInStore(string party) =>
        party.Length <= MaxNameLength && Ascii.IsValid(party) && !party.Contains('\0', StringComparison.Ordinal)
            ? party
            : "#" + CredentialHash.Of(party);
}

/// <summary>What of a count is on its way to the store.</summary>
/// <param name="Of">The count.</param>
/// <param name="Row">What is added.</param>
internal sealed record UnsharedCount(PartyCount Of, RateCount Row);
