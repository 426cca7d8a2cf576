using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>What the state suites share. Etags are opaque to them; the only thing asked of one is that it changes.</summary>
public abstract class StateConformance<TTarget>(TTarget target) : IClassFixture<TTarget>
    where TTarget : StateTarget
{
    protected const string Store = "/v1.0/state/store";

    protected SidecarCaller Sidecar { get; } = target.Caller;

    protected TTarget Target { get; } = target;

    /// <summary>A key that no other test uses.</summary>
    protected static string NewKey() => "k" + Guid.NewGuid().ToString("N");

    protected Task<Answer> SaveAsync(string key, string value, string? etag = null, string? concurrency = null, string? ttl = null) =>
        Sidecar.PostAsync(Store, $"[{Entry(key, value, etag, concurrency, ttl)}]");

    /// <summary>Reads a key; the blanks that a store adds are left out.</summary>
    protected async Task<Answer> GetAsync(string key)
    {
        Answer answer = await Sidecar.GetAsync($"{Store}/{Uri.EscapeDataString(key)}");
        return Target.AddsBlanks ? answer with { Body = Regex.Replace(answer.Body, "([:,]) ", "$1") } : answer;
    }

    protected async Task<string> SavedEtagAsync(string key, string value = "\"v\"")
    {
        (await SaveAsync(key, value)).IsNoContent();
        return (await GetAsync(key)).ETag;
    }

    /// <summary>A key that was written twice, with the etag of the first time and of the second.</summary>
    protected async Task<(string Key, string Stale, string Current)> KeyWithStaleEtagAsync()
    {
        string key = NewKey();
        return (key, await SavedEtagAsync(key, "\"v\""), await SavedEtagAsync(key, "\"v2\""));
    }

    protected async Task HoldsAsync(string key, string value) => (await GetAsync(key)).IsJson(value);

    protected async Task IsMissingAsync(string key) => (await GetAsync(key)).IsNoContent();

    protected static string Entry(string key, string value, string? etag = null, string? concurrency = null, string? ttl = null)
    {
        string entry = $"\"key\":{JsonSerializer.Serialize(key)},\"value\":{value}";
        if (etag is not null) entry += $",\"etag\":{JsonSerializer.Serialize(etag)}";
        if (concurrency is not null) entry += $",\"options\":{{\"concurrency\":\"{concurrency}\"}}";
        if (ttl is not null) entry += $",\"metadata\":{{\"ttlInSeconds\":\"{ttl}\"}}";
        return $"{{{entry}}}";
    }
}
