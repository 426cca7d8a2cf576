using System.Text.Json;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.State;

/// <summary>
/// <c>POST /v1.0/state/{store}/transaction</c> with <c>{"operations":[{"operation":"upsert"|"delete","request":{…}}]}</c>.
/// Its metadata is for the store as a whole and means nothing here; an entry may have its own.
/// </summary>
internal sealed class StateTransactionEndpoint(SidecarContext context)
{
    public async Task HandleAsync(HttpContext http, RouteValues route)
    {
        string name = route["store"];
        if (context.States.Find(name) is not { } component)
        {
            await StateErrors.StoreMissing(context, name).WriteAsync(http);
            return;
        }

        (List<StateWrite>? writes, DaprError? refusal) = await ReadAsync(http, component);
        if (writes is null)
        {
            await refusal!.WriteAsync(http);
            return;
        }

        StateFailure? failure = writes.Count == 0 ? null : await component.Store.TransactAsync(writes, http.RequestAborted);
        await (failure is null ? http.NoContentAsync() : StateErrors.TransactionRefused(failure.Text).WriteAsync(http));
    }

    private async Task<(List<StateWrite>? Writes, DaprError? Refusal)> ReadAsync(HttpContext http, StateComponent component)
    {
        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } body) return (null, Malformed(HttpExchange.TooLarge));
        using JsonDocument? document = GoJsonReader.TryParse(body, out string error);
        if (document is null) return (null, Malformed(error));

        JsonElement root = document.RootElement;
        List<StateWrite> writes = [];
        if (root.ValueKind == JsonValueKind.Null) return (writes, null);
        if (root.ValueKind != JsonValueKind.Object)
            return (null, Malformed($"json: cannot unmarshal {GoJsonReader.TypeName(root)} into Go value of type http.stateTransactionRequestBody"));
        if (!root.TryGetProperty("operations", out JsonElement operations) || operations.ValueKind == JsonValueKind.Null) return (writes, null);
        if (operations.ValueKind != JsonValueKind.Array)
            return (null, Unreadable(operations, "operations", "[]http.stateTransactionRequestBodyOperation"));

        foreach (JsonElement operation in operations.EnumerateArray())
        {
            if (operation.ValueKind != JsonValueKind.Object) return (null, Unreadable(operation, "operations", "http.stateTransactionRequestBodyOperation"));
            (StateWrite? write, DaprError? refusal) = Read(operation, component);
            if (write is null) return (null, refusal);
            writes.Add(write);
        }

        return (writes, null);
    }

    private static (StateWrite? Write, DaprError? Refusal) Read(JsonElement operation, StateComponent component)
    {
        string kind = operation.TryGetProperty("operation", out JsonElement named) && named.ValueKind == JsonValueKind.String ? named.GetString()! : "";
        if (kind is not ("upsert" or "delete"))
            return (null, new DaprError(400, "ERR_NOT_SUPPORTED_STATE_OPERATION", $"operation type {kind} not supported"));

        var fields = new TransactionFields(operation);
        string key = fields.Text("Key") ?? "";
        string? etag = fields.Text("ETag");
        var options = new WriteOptions(fields.Option("Concurrency"), fields.Option("Consistency"));
        string? ttl = fields.Metadata("ttlInSeconds");
        if (fields.Error is { } error) return (null, Malformed(error));
        if (key.Contains(KeyPrefix.Separator, StringComparison.Ordinal)) return (null, StateErrors.IllegalKey(component.Name, key, inTransaction: true));
        if (options.Check() is { } bad) return (null, StateErrors.TransactionRefused(bad.Text));
        return (new StateWrite
        {
            Key = component.Prefix.Stored(key),
            Value = kind == "delete" ? null : fields.Value is { } value ? GoJson.Normalize(value, component.Store.KeepsJson) : StateWrite.NullValue,
            ETag = etag,
            FirstWrite = options.FirstWrite,
            LastWrite = options.LastWrite,
            Ttl = ttl,
        }, null);
    }

    private static DaprError Malformed(string what) => DaprError.Malformed("failed deserializing HTTP body: " + what);

    private static DaprError Unreadable(JsonElement value, string field, string type) =>
        Malformed($"json: cannot unmarshal {GoJsonReader.TypeName(value)} into Go struct field stateTransactionRequestBody.{field} of type {type}");
}
