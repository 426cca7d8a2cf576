using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.State;

/// <summary>Save, get, delete and bulk get.</summary>
internal sealed class StateItemEndpoints(SidecarContext context)
{
    private readonly ILogger logger = context.Loggers.CreateLogger("Gateway.Sidecar.State");

    public async Task SaveAsync(HttpContext http, RouteValues route)
    {
        string name = route["store"];
        if (context.States.Find(name) is not { } component)
        {
            await StateErrors.StoreMissing(context, name).WriteAsync(http);
            return;
        }

        (List<StateWrite>? writes, DaprError? refusal, StateFailure? badOption) = await ReadSavesAsync(http, component);
        if (writes is null)
        {
            await refusal!.WriteAsync(http);
            return;
        }

        StateFailure? failure = badOption ?? await WriteAllAsync(component.Store, writes, http.RequestAborted);
        await (failure is null ? http.NoContentAsync() : StateErrors.SaveRefused(name, failure).WriteAsync(http));
    }

    public Task GetAsync(HttpContext http, RouteValues route) => GetAsync(http, route, route["key"]);

    public async Task GetAsync(HttpContext http, RouteValues route, string key)
    {
        if (Check(route, key) is { } refusal)
        {
            await refusal.WriteAsync(http);
            return;
        }

        StateComponent component = context.States.Find(route["store"])!;
        StateItem? item;
        try
        {
            item = await component.Store.GetAsync(component.Prefix.Stored(key), http.RequestAborted);
        }
        catch (StateStoreException error)
        {
            StateLog.ReadFailed(logger, error, component.Name);
            await StateErrors.GetFailed(component.Name, key).WriteAsync(http);
            return;
        }

        if (item is null)
        {
            await http.NoContentAsync();
            return;
        }

        if (item.ETag is { } etag) http.Response.Headers.ETag = etag;
        if (item.Expires is { } expires) http.Response.Headers["metadata.ttlExpireTime"] = Rfc3339(expires);
        await http.WriteJsonAsync(item.Value);
    }

    public Task DeleteAsync(HttpContext http, RouteValues route) => DeleteAsync(http, route, route["key"]);

    public async Task DeleteAsync(HttpContext http, RouteValues route, string key)
    {
        if (Check(route, key) is { } refusal)
        {
            await refusal.WriteAsync(http);
            return;
        }

        StateComponent component = context.States.Find(route["store"])!;
        var options = new WriteOptions(http.Request.Query["concurrency"], http.Request.Query["consistency"]);
        StateFailure? badOption = component.Store.DeleteReadsOptions ? options.Check() : null;
        StateFailure? failure = badOption ?? await component.Store.WriteAsync(
            new StateWrite { Key = component.Prefix.Stored(key), ETag = http.Request.Headers.IfMatch, FirstWrite = options.FirstWrite },
            http.RequestAborted);
        await (failure is null ? http.NoContentAsync() : StateErrors.DeleteRefused(key, failure).WriteAsync(http));
    }

    public async Task GetBulkAsync(HttpContext http, RouteValues route)
    {
        string name = route["store"];
        if (context.States.Find(name) is not { } component)
        {
            await StateErrors.StoreMissing(context, name).WriteAsync(http);
            return;
        }

        (List<string>? keys, DaprError? refusal) = await ReadKeysAsync(http, name);
        if (keys is null)
        {
            await refusal!.WriteAsync(http);
            return;
        }

        IReadOnlyList<BulkStateItem> items;
        try
        {
            items = await component.Store.GetBulkAsync([.. keys.Select(component.Prefix.Stored)], http.RequestAborted);
        }
        catch (StateStoreException error)
        {
            StateLog.ReadFailed(logger, error, name);
            await StateErrors.GetFailed(name, string.Join(',', keys)).WriteAsync(http);
            return;
        }

        await http.WriteJsonAsync(WriteBulk(items, component.Prefix));
    }

    private static string Rfc3339(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The refusal of a missing store or an illegal key, or null.</summary>
    private DaprError? Check(RouteValues route, string key)
    {
        string store = route["store"];
        if (context.States.Find(store) is null) return StateErrors.StoreMissing(context, store);
        return key.Contains(KeyPrefix.Separator, StringComparison.Ordinal) ? StateErrors.IllegalKey(store, key) : null;
    }

    private async Task<(List<StateWrite>? Writes, DaprError? Refusal, StateFailure? BadOption)> ReadSavesAsync(HttpContext http, StateComponent component)
    {
        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } body) return (null, DaprError.Malformed(HttpExchange.TooLarge), null);
        using JsonDocument? document = GoJsonReader.TryParse(body, out string error);
        if (document is null) return (null, DaprError.Malformed(error), null);
        if (SaveRequest.ReadAll(document.RootElement, out error) is not { } requests) return (null, DaprError.Malformed(error), null);

        Dictionary<string, string>? query = http.QueryMetadata();
        List<StateWrite> writes = new(requests.Count);
        StateFailure? badOption = null;
        foreach (SaveRequest request in requests)
        {
            if (request.Key.Length == 0) return (null, DaprError.Malformed("\"key\" is a required field"), null);
            if (request.Key.Contains(KeyPrefix.Separator, StringComparison.Ordinal))
                return (null, StateErrors.IllegalKey(component.Name, request.Key), null);
            badOption ??= request.Options.Check();
            writes.Add(new StateWrite
            {
                Key = component.Prefix.Stored(request.Key),
                Value = request.Value is { } value ? GoJson.Normalize(value, component.Store.KeepsJson) : StateWrite.NullValue,
                ETag = request.ETag,
                FirstWrite = request.Options.FirstWrite,
                LastWrite = request.Options.LastWrite,
                // What the query says goes before the entry's own metadata.
                Ttl = query?.GetValueOrDefault("ttlInSeconds") ?? request.Metadata?.GetValueOrDefault("ttlInSeconds"),
            });
        }

        return (writes, null, badOption);
    }

    /// <summary>Several entries of one save are written each for itself: those that are not refused stay written.</summary>
    private static async ValueTask<StateFailure?> WriteAllAsync(IStateStore store, List<StateWrite> writes, CancellationToken cancellationToken)
    {
        if (writes.Count == 1) return await store.WriteAsync(writes[0], cancellationToken);

        StateFailure?[] results = await Task.WhenAll(writes.Select(write => store.WriteAsync(write, cancellationToken).AsTask()));
        // daprd has them in the order in which they fail: what is refused before the store is asked comes first.
        StateFailure[] failures = [.. results.OfType<StateFailure>().OrderBy(failure => failure.Unasked ? 0 : 1)];
        if (failures.Length == 0) return null;
        string text = string.Join('\n', failures.Select(failure => failure.Text));
        return failures.FirstOrDefault(failure => failure.Kind != StateFailureKind.Other)?.Kind switch
        {
            StateFailureKind.EtagMismatch => StateFailure.Etag(text),
            StateFailureKind.EtagInvalid => StateFailure.EtagInvalid(text),
            _ => new StateFailure(StateFailureKind.Other, text),
        };
    }

    private async Task<(List<string>? Keys, DaprError? Refusal)> ReadKeysAsync(HttpContext http, string store)
    {
        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } body) return (null, Malformed(HttpExchange.TooLarge));
        using JsonDocument? document = GoJsonReader.TryParse(body, out string error);
        if (document is null) return (null, Malformed(error));

        List<string> keys = [];
        JsonElement root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Null) return (keys, null);
        if (root.ValueKind != JsonValueKind.Object)
            return (null, Malformed($"json: cannot unmarshal {GoJsonReader.TypeName(root)} into Go value of type http.BulkGetRequest"));
        if (!root.TryGetProperty("keys", out JsonElement list) || list.ValueKind == JsonValueKind.Null) return (keys, null);
        if (list.ValueKind != JsonValueKind.Array)
            return (null, Malformed($"json: cannot unmarshal {GoJsonReader.TypeName(list)} into Go struct field BulkGetRequest.keys of type []string"));
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
                return (null, Malformed($"json: cannot unmarshal {GoJsonReader.TypeName(item)} into Go struct field BulkGetRequest.keys of type string"));
            string key = item.GetString()!;
            if (key.Contains(KeyPrefix.Separator, StringComparison.Ordinal)) return (null, StateErrors.IllegalKey(store, key));
            keys.Add(key);
        }

        return (keys, null);

        static DaprError Malformed(string what) => DaprError.Malformed("failed deserializing HTTP body: " + what);
    }

    private static ReadOnlyMemory<byte> WriteBulk(IReadOnlyList<BulkStateItem> items, KeyPrefix prefix)
    {
        var output = new ArrayBufferWriter<byte>(256);
        output.Write("["u8);
        for (int i = 0; i < items.Count; i++)
        {
            output.Write(i == 0 ? "{\"key\":"u8 : ",{\"key\":"u8);
            GoJson.WriteString(output, prefix.Original(items[i].Key));
            if (items[i].Item is { } item)
            {
                output.Write(",\"data\":"u8);
                GoJson.WriteCompact(output, item.Value.Span);
                if (item.ETag is { } etag)
                {
                    output.Write(",\"etag\":"u8);
                    GoJson.WriteString(output, etag);
                }

                if (item.Expires is { } expires)
                {
                    output.Write(",\"metadata\":{\"ttlExpireTime\":"u8);
                    GoJson.WriteString(output, Rfc3339(expires));
                    output.Write("}"u8);
                }
            }

            output.Write("}"u8);
        }

        output.Write("]"u8);
        return output.WrittenMemory;
    }
}
