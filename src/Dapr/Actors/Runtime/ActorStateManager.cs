namespace Dapr.Actors.Runtime;

/// <summary>
/// Keeps an actor's values between its turns and collects what a turn changes. Not thread-safe: turns run one at a time. A
/// reentrant call has values of its own (<see cref="BeginReentrant"/>), so that it neither sees nor saves what the call
/// around it has not finished.
/// </summary>
internal sealed class ActorStateManager(Actor actor) : IActorStateManager
{
    private readonly Dictionary<string, StateEntry> kept = [];
    private readonly AsyncLocal<Dictionary<string, StateEntry>?> reentrant = new();

    private Dictionary<string, StateEntry> Entries => reentrant.Value ?? kept;

    private TimeProvider Time => actor.Host.TimeProvider;

    private ActorStateStore Store => actor.Host.StateStore ?? throw new InvalidOperationException(
        "The actor was made without a state store. In a test, set its StateManager to a replacement.");

    /// <summary>Gives the running call values of its own.</summary>
    public void BeginReentrant() => reentrant.Value = [];

    public Task UnloadStateAsync(string stateName, UnloadStateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        _ = Store;
        if (Entries.TryGetValue(stateName, out var entry)
            && entry.Change != StateChange.None
            && options is not { AllowUnloadingWhenStateModified: true })
            throw new InvalidOperationException($"State '{stateName}' has changes that are not saved yet.");
        Entries.Remove(stateName);
        return Task.CompletedTask;
    }

    public Task AddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        AddAsync(stateName, value, null, cancellationToken);

    public Task AddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        AddAsync(stateName, value, ttl, cancellationToken);

    public async Task<T> GetStateAsync<T>(string stateName, CancellationToken cancellationToken = default)
    {
        var value = await TryGetStateAsync<T>(stateName, cancellationToken);
        return value.HasValue ? value.Value : throw NotFound(stateName);
    }

    public Task SetStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        SetAsync(stateName, value, null);

    public Task SetStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        SetAsync(stateName, value, ttl);

    public async Task RemoveStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        if (!await TryRemoveStateAsync(stateName, cancellationToken)) throw NotFound(stateName);
    }

    public Task<bool> TryAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        TryAddAsync(stateName, value, null, cancellationToken);

    public Task<bool> TryAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        TryAddAsync(stateName, value, ttl, cancellationToken);

    public async Task<ConditionalValue<T>> TryGetStateAsync<T>(string stateName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var store = Store;
        if (!Entries.TryGetValue(stateName, out var entry))
        {
            entry = await store.ReadAsync<T>(stateName, cancellationToken);
            if (entry is null) return default;
            Entries[stateName] = entry;
        }

        return IsGone(entry) ? default : new ConditionalValue<T>(true, (T)entry.Value!);
    }

    public async Task<bool> TryRemoveStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var store = Store;
        if (!Entries.TryGetValue(stateName, out var entry))
        {
            if (!await store.ContainsAsync(stateName, cancellationToken)) return false;
            entry = new StateEntry(null, typeof(object), StateChange.None, null);
        }

        if (entry.Change == StateChange.Remove) return false;
        if (IsGone(entry) || entry.Change == StateChange.Add) Entries.Remove(stateName);
        else Entries[stateName] = entry with { Change = StateChange.Remove };
        return !IsGone(entry);
    }

    public async Task<bool> ContainsStateAsync(string stateName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        var store = Store;
        return Entries.TryGetValue(stateName, out var entry) ? !IsGone(entry) : await store.ContainsAsync(stateName, cancellationToken);
    }

    public Task<T> GetOrAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) =>
        GetOrAddAsync(stateName, value, null, cancellationToken);

    public Task<T> GetOrAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        GetOrAddAsync(stateName, value, ttl, cancellationToken);

    public Task<T> AddOrUpdateStateAsync<T>(
        string stateName, T addValue, Func<string, T, T> updateValueFactory, CancellationToken cancellationToken = default) =>
        AddOrUpdateAsync(stateName, addValue, updateValueFactory, null, cancellationToken);

    public Task<T> AddOrUpdateStateAsync<T>(
        string stateName, T addValue, Func<string, T, T> updateValueFactory, TimeSpan ttl, CancellationToken cancellationToken = default) =>
        AddOrUpdateAsync(stateName, addValue, updateValueFactory, ttl, cancellationToken);

    public Task ClearCacheAsync(CancellationToken cancellationToken = default)
    {
        Entries.Clear();
        return Task.CompletedTask;
    }

    public async Task SaveStateAsync(CancellationToken cancellationToken = default)
    {
        var entries = Entries;
        KeyValuePair<string, StateEntry>[] changes = [.. entries.Where(entry => entry.Value.Change != StateChange.None)];
        if (changes.Length == 0) return;
        await Store.SaveAsync(changes, cancellationToken);
        foreach (var (name, entry) in changes)
        {
            if (entry.Change == StateChange.Remove) entries.Remove(name);
            else entries[name] = entry with { Change = StateChange.None };
        }
    }

    private static KeyNotFoundException NotFound(string name) => new($"There is no actor state of the name '{name}'.");

    private async Task AddAsync<T>(string name, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        if (!await TryAddAsync(name, value, ttl, cancellationToken))
            throw new InvalidOperationException($"There is an actor state of the name '{name}' already.");
    }

    private async Task<bool> TryAddAsync<T>(string name, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var store = Store;
        if (Entries.TryGetValue(name, out var entry))
        {
            if (!IsGone(entry)) return false;
            Put(name, value, StateChange.Update, ttl);
            return true;
        }

        if (await store.ContainsAsync(name, cancellationToken)) return false;
        Put(name, value, StateChange.Add, ttl);
        return true;
    }

    /// <summary>Asks the store nothing: new or not, it is the same upsert.</summary>
    private Task SetAsync<T>(string name, T value, TimeSpan? ttl)
    {
        ArgumentNullException.ThrowIfNull(name);
        _ = Store;
        var isAdded = Entries.TryGetValue(name, out var entry) && entry.Change == StateChange.Add;
        Put(name, value, isAdded ? StateChange.Add : StateChange.Update, ttl);
        return Task.CompletedTask;
    }

    private async Task<T> GetOrAddAsync<T>(string name, T value, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        var there = await TryGetStateAsync<T>(name, cancellationToken);
        if (there.HasValue) return there.Value;
        Put(name, value, Entries.ContainsKey(name) ? StateChange.Update : StateChange.Add, ttl);
        return value;
    }

    private async Task<T> AddOrUpdateAsync<T>(
        string name, T addValue, Func<string, T, T> update, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        var there = await TryGetStateAsync<T>(name, cancellationToken);
        var value = there.HasValue ? update(name, there.Value) : addValue;
        var change = Entries.TryGetValue(name, out var entry) && entry.Change != StateChange.Add ? StateChange.Update : StateChange.Add;
        Put(name, value, change, ttl);
        return value;
    }

    private void Put<T>(string name, T value, StateChange change, TimeSpan? ttl) =>
        Entries[name] = new StateEntry(value, typeof(T), change, ttl is { } time ? Time.GetUtcNow() + time : null);

    private bool IsGone(StateEntry entry) => entry.Change == StateChange.Remove || entry.Expires <= Time.GetUtcNow();
}
