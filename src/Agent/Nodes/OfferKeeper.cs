using System.Collections.Concurrent;
using Gateway.Agent.Transport;
using Gateway.Agent.Work;

namespace Gateway.Agent.Nodes;

/// <summary>
/// Keeps offers: a node extends nothing, an acknowledged task is its own for as long as it may take, unless the server says otherwise. Thread-safe.
/// </summary>
internal sealed class OfferKeeper : IClaimKeeper
{
    private readonly ConcurrentDictionary<ClaimKey, TaskCompletionSource> held = new();

    /// <summary>Is held from now on, until it is forgotten.</summary>
    public void Hold(ClaimKey key) => held[key] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Nobody wants its result any more.</summary>
    public void Drop(ClaimKey key)
    {
        if (held.TryGetValue(key, out TaskCompletionSource? wanted)) wanted.TrySetResult();
    }

    /// <summary>It has ended.</summary>
    public void Forget(ClaimKey key) => held.TryRemove(key, out _);

    public async Task KeepAsync(ClaimedCommand command, CancellationTokenSource dropped, CancellationToken cancel)
    {
        await held[new ClaimKey(command.Id, command.ClaimToken)].Task.WaitAsync(cancel);
        await dropped.CancelAsync();
    }
}
