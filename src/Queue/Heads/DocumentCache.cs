using Gateway.Core.Queue;
using Microsoft.Extensions.Caching.Memory;

namespace Gateway.Queue.Heads;

/// <summary>Documents at hand. They never change under their name, so what is here is right; bounded by the length of what it holds.</summary>
internal sealed class DocumentCache : IDisposable
{
    /// <summary>About 64 MB of text.</summary>
    private readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = 32 * 1024 * 1024 });

    public void Add(string name, QueueDocument document)
    {
        // A command in a segment is 2 KB of text at most, and usually far less.
        var size = document.Text?.Length ?? document.Entries!.Value.Sum(entry => 512 + entry.Definition.Parameters.Length);
        cache.Set(name, document, new MemoryCacheEntryOptions { Size = Math.Max(1, size) });
    }

    public QueueDocument? Find(string name) => cache.TryGetValue(name, out QueueDocument? document) ? document : null;

    public void Remove(string name) => cache.Remove(name);

    public void Dispose() => cache.Dispose();
}
