namespace Dapr.Actors.Runtime;

/// <summary>
/// An actor's state: named values, read when first asked for, kept between turns, and written in one transaction after each
/// turn that succeeded. A turn that failed loses its changes. Values with a ttl end after it (whole seconds, rounded up).
/// </summary>
public interface IActorStateManager
{
    /// <summary>Forgets a value that was read, so that the next read asks the store.</summary>
    /// <exception cref="InvalidOperationException">It has changes that are not written yet, and the options do not allow losing them.</exception>
    Task UnloadStateAsync(string stateName, UnloadStateOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Adds a value.</summary>
    /// <exception cref="InvalidOperationException">There is one of that name.</exception>
    Task AddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default);

    /// <summary>Adds a value that ends.</summary>
    /// <exception cref="InvalidOperationException">There is one of that name.</exception>
    Task AddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Reads a value.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    Task<T> GetStateAsync<T>(string stateName, CancellationToken cancellationToken = default);

    /// <summary>Writes a value, new or not.</summary>
    Task SetStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default);

    /// <summary>Writes a value that ends, new or not.</summary>
    Task SetStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Removes a value.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    Task RemoveStateAsync(string stateName, CancellationToken cancellationToken = default);

    /// <summary>Adds a value unless there is one of that name.</summary>
    /// <returns>Whether it was added.</returns>
    Task<bool> TryAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default);

    /// <summary>Adds a value that ends, unless there is one of that name.</summary>
    /// <returns>Whether it was added.</returns>
    Task<bool> TryAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Reads a value that may be absent.</summary>
    Task<ConditionalValue<T>> TryGetStateAsync<T>(string stateName, CancellationToken cancellationToken = default);

    /// <summary>Removes a value if it is there.</summary>
    /// <returns>Whether it was.</returns>
    Task<bool> TryRemoveStateAsync(string stateName, CancellationToken cancellationToken = default);

    /// <summary>Whether there is a value of that name.</summary>
    Task<bool> ContainsStateAsync(string stateName, CancellationToken cancellationToken = default);

    /// <summary>Reads a value, or adds this one.</summary>
    Task<T> GetOrAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default);

    /// <summary>Reads a value, or adds this one that ends.</summary>
    Task<T> GetOrAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Adds a value, or makes a new one out of the old.</summary>
    /// <returns>What is there now.</returns>
    Task<T> AddOrUpdateStateAsync<T>(
        string stateName, T addValue, Func<string, T, T> updateValueFactory, CancellationToken cancellationToken = default);

    /// <summary>Adds a value that ends, or makes a new one out of the old.</summary>
    /// <returns>What is there now.</returns>
    Task<T> AddOrUpdateStateAsync<T>(
        string stateName, T addValue, Func<string, T, T> updateValueFactory, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Forgets everything that was read or changed.</summary>
    Task ClearCacheAsync(CancellationToken cancellationToken = default);

    /// <summary>Writes the changes now instead of at the end of the turn.</summary>
    Task SaveStateAsync(CancellationToken cancellationToken = default);
}
