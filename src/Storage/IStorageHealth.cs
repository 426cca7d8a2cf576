namespace Gateway.Storage;

/// <summary>The check behind <c>/readyz</c>.</summary>
public interface IStorageHealth
{
    /// <summary>The longest that <see cref="IsHealthyAsync"/> takes: 2 seconds.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Whether the store answers a simple query within <see cref="Limit"/>. Throws only when cancelled.</summary>
    Task<bool> IsHealthyAsync(CancellationToken cancellationToken);
}
