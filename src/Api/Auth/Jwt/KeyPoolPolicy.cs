using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace Gateway.Api.Auth.Jwt;

/// <summary>The framework promises no thread safety for its key objects, so each is used by one thread at a time.</summary>
internal sealed class KeyPoolPolicy<T>(Func<T> create) : IPooledObjectPolicy<T> where T : AsymmetricAlgorithm
{
    /// <inheritdoc />
    public T Create() => create();

    /// <inheritdoc />
    public bool Return(T obj) => true;

    /// <summary>Whether the platform takes the key at all.</summary>
    public static bool Works(Func<T> create)
    {
        try
        {
            create().Dispose();
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
