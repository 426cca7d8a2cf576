using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Jobs;

/// <summary>A job as it was registered (https://docs.dapr.io/reference/api/jobs_api/#schedule-a-job); what was left out is null.</summary>
/// <param name="Schedule">Cron with seconds, <c>@every 1h</c> and the like.</param>
/// <param name="Repeats">How many ticks there are in all.</param>
/// <param name="DueTime">When the first one is.</param>
/// <param name="Ttl">After which there is none.</param>
/// <param name="Data">JSON text for the app.</param>
/// <param name="FailurePolicy">What is done when the app does not take it.</param>
internal sealed record JobDefinition(string? Schedule, long? Repeats, string? DueTime, string? Ttl, string? Data, JobFailurePolicy FailurePolicy)
{
    public static JobDefinition Read(ProtoJson message) => new(
        message.Text("schedule"),
        message.Unsigned("repeats"),
        message.Text("dueTime", "due_time"),
        message.Text("ttl"),
        message.Raw("data") is { } data ? Canonical(data) : null,
        JobFailurePolicy.Read(message.Message("failurePolicy", "failure_policy")));

    /// <summary>What <see cref="Read"/> reads.</summary>
    public JsonObject ToJson() => ToJson(Data is null ? null : JsonNode.Parse(Data));

    /// <summary>The answer to GET: the data in an envelope that tells their type.</summary>
    public JsonObject Describe(string name)
    {
        JsonObject json = ToJson(new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.protobuf.Value",
            ["value"] = Data is null ? null : JsonNode.Parse(Data),
        });
        json.Insert(0, "name", name);
        return json;
    }

    private JsonObject ToJson(JsonNode? data)
    {
        var json = new JsonObject();
        if (Schedule is not null) json["schedule"] = Schedule;
        if (Repeats is { } repeats) json["repeats"] = repeats;
        if (DueTime is not null) json["dueTime"] = DueTime;
        if (Ttl is not null) json["ttl"] = Ttl;
        if (Data is not null) json["data"] = data;
        json["failurePolicy"] = FailurePolicy.ToJson();
        return json;
    }

    /// <summary>Sorted and with numbers of 64 bits, as a value of protobuf comes out, and unescaped.</summary>
    private static string Canonical(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        string sorted = Encoding.UTF8.GetString(GoJson.Normalize(document.RootElement));
        return JsonNode.Parse(sorted)?.ToJsonString(ProtoJson.Plain) ?? "null";
    }
}
