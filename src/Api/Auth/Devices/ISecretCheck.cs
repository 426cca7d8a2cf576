namespace Gateway.Api.Auth.Devices;

/// <summary>
/// Compares a secret with the hash that is kept of one. It is what an attempt to authenticate costs beside the store, so it is
/// called exactly once for each, whether the device exists or not. Any number of threads.
/// </summary>
internal interface ISecretCheck
{
    /// <summary>Whether <paramref name="secretHash"/> is the <see cref="CredentialHash"/> of <paramref name="secret"/>.</summary>
    bool Matches(string secret, string secretHash);
}

/// <summary>The real one.</summary>
internal sealed class SecretCheck : ISecretCheck
{
    /// <inheritdoc />
    public bool Matches(string secret, string secretHash) => CredentialHash.AreEqual(CredentialHash.Of(secret), secretHash);
}
