namespace Gateway.Sidecar.Components;

/// <summary>
/// The opened components of all sidecars of a process: what comes out the same for two of them, with placeholders such as
/// <c>{appID}</c> filled in, is opened once. Closed last, since requests that are still being answered may use them.
/// </summary>
internal sealed class ComponentPool : IAsyncDisposable
{
    private readonly Dictionary<string, IAsyncDisposable> opened = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim opening = new(1);

    /// <summary>The instance of a component, which the caller must not dispose of.</summary>
    public async ValueTask<T> OpenAsync<T>(ComponentSpec component, Func<ValueTask<T>> open, CancellationToken cancellationToken)
        where T : class, IAsyncDisposable
    {
        string key = Key(component);
        await opening.WaitAsync(cancellationToken);
        try
        {
            if (opened.GetValueOrDefault(key) is T known) return known;
            T instance = await open();
            opened.Add(key, instance);
            return instance;
        }
        finally
        {
            opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable component in opened.Values) await component.DisposeAsync();
        opened.Clear();
        opening.Dispose();
    }

    private static string Key(ComponentSpec component) => string.Join(
        '\0',
        component.Metadata.OrderBy(item => item.Key, StringComparer.Ordinal).SelectMany(item => new[] { item.Key, item.Value })
            .Prepend(component.Version).Prepend(component.Type).Prepend(component.Name));
}
