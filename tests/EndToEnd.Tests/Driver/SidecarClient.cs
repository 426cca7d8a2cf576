using System.Net;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>Looks into the server's sidecar, past Gateway itself.</summary>
internal sealed class SidecarClient(string url) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = new Uri(url), Timeout = Wait.Limit };

    /// <summary>Takes an actor's reminder away, as soon as it is there.</summary>
    public async Task RemoveReminderAsync(string actorType, string actorId, string reminder)
    {
        var path = new Uri($"/v1.0/actors/{actorType}/{actorId}/reminders/{reminder}", UriKind.Relative);
        await Wait.UntilAsync($"the reminder of {actorType} {actorId}", async () =>
        {
            using var found = await http.GetAsync(path);
            return found.StatusCode == HttpStatusCode.OK;
        });
        using var removed = await http.DeleteAsync(path);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
    }

    /// <summary>Waits until a device's queue was saved again.</summary>
    public async Task HeadChangesAsync(string deviceId)
    {
        var before = await EtagAsync(deviceId);
        await Wait.UntilAsync($"a save of the queue of {deviceId}", async () => await EtagAsync(deviceId) != before);
    }

    /// <summary>Waits until a device's queue knows that a replica holds a long poll.</summary>
    public Task KnowsPollAsync(string deviceId, string replica) => Wait.UntilAsync(
        $"the queue of {deviceId} to know of a long poll at {replica}",
        async () => (await http.GetStringAsync(HeadOf(deviceId))).Contains(replica, StringComparison.Ordinal));

    public void Dispose() => http.Dispose();

    private static Uri HeadOf(string deviceId) => new($"/v1.0/state/statestore/queue:{deviceId}", UriKind.Relative);

    private async Task<string> EtagAsync(string deviceId)
    {
        using var head = await http.GetAsync(HeadOf(deviceId));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        return head.Headers.GetValues("ETag").Single();
    }
}
