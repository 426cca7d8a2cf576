using System.Net;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>Looks into the server's sidecar, past Gateway itself.</summary>
internal sealed class SidecarClient(string url) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = new Uri(url), Timeout = Wait.Limit };

    /// <summary>Takes an actor's reminder away, as soon as it is there.</summary>
    public async Task RemoveReminderAsync(string actorType, string actorId, string reminder)
    {
        await Wait.UntilAsync($"the reminder of {actorType} {actorId}", () => HasReminderAsync(actorType, actorId, reminder));
        using var removed = await http.DeleteAsync(ReminderOf(actorType, actorId, reminder));
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
    }

    /// <summary>Whether an actor has a reminder.</summary>
    public async Task<bool> HasReminderAsync(string actorType, string actorId, string reminder)
    {
        using var found = await http.GetAsync(ReminderOf(actorType, actorId, reminder));
        return found.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>The etag of a device's queue, another after each save.</summary>
    public async Task<string> EtagAsync(string deviceId)
    {
        using var head = await http.GetAsync(HeadOf(deviceId));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        return head.Headers.GetValues("ETag").Single();
    }

    /// <summary>Waits until a device's queue was saved again.</summary>
    public async Task HeadChangesAsync(string deviceId)
    {
        var before = await EtagAsync(deviceId);
        await Wait.UntilAsync($"a save of the queue of {deviceId}", async () => await EtagAsync(deviceId) != before);
    }

    /// <summary>Waits until a device's queue knows that a replica holds a long poll.</summary>
    public Task KnowsPollAsync(string deviceId) => Wait.UntilAsync(
        $"the queue of {deviceId} to know of a long poll",
        async () => (await http.GetStringAsync(HeadOf(deviceId))).Contains("\"waits\":[{", StringComparison.Ordinal));

    public void Dispose() => http.Dispose();

    private static Uri ReminderOf(string actorType, string actorId, string reminder) =>
        new($"/v1.0/actors/{actorType}/{actorId}/reminders/{reminder}", UriKind.Relative);

    private static Uri HeadOf(string deviceId) => new($"/v1.0/state/statestore/queue:{deviceId}", UriKind.Relative);
}
