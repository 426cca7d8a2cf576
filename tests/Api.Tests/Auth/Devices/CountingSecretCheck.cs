using Gateway.Api.Auth.Devices;

namespace Gateway.Api.Tests.Auth.Devices;

/// <summary>The real comparison, counted.</summary>
internal sealed class CountingSecretCheck : ISecretCheck
{
    private readonly SecretCheck real = new();
    private int checks;

    /// <summary>How many comparisons were made.</summary>
    public int Checks => Volatile.Read(ref checks);

    public bool Matches(string secret, string secretHash)
    {
        Interlocked.Increment(ref checks);
        return real.Matches(secret, secretHash);
    }
}
