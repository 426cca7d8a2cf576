using System.Text.Json;

namespace Gateway.Sidecar.PubSub.Subscriptions;

/// <summary>A message on its way to the app in a list with others.</summary>
/// <remarks><c>Path</c>: the app's, by the subscription's rules.</remarks>
internal sealed record BulkMessage(PubSubMessage Message, JsonElement CloudEvent, string Path)
{
    private readonly TaskCompletionSource<string?> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The name of the entry in this call.</summary>
    public string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>Null once the app has handled it, else why not.</summary>
    public Task<string?> Outcome => outcome.Task;

    public void Settle(string? problem) => outcome.TrySetResult(problem);

    public void Fail(Exception exception) => outcome.TrySetException(exception);

    public void Cancel(CancellationToken cancellationToken) => outcome.TrySetCanceled(cancellationToken);
}
