using System.Text.Json;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Actors.Reminders;

/// <summary>
/// The body that registers a reminder or a timer: <c>{"dueTime","period","ttl","data","callback","overwrite"}</c>, all optional.
/// Members that are not known are passed over.
/// </summary>
internal sealed record RegistrationBody(string DueTime, string Period, string Ttl, string Callback, bool Overwrite, ReadOnlyMemory<byte>? Data)
{
    /// <summary>The registration, or null and the error.</summary>
    /// <remarks><c>what</c>: <c>Reminder</c> or <c>Timer</c>: the names of Go's types are part of the texts.</remarks>
    public static RegistrationBody? TryRead(ReadOnlyMemory<byte> json, string what, out DaprError? error)
    {
        using JsonDocument? document = GoJsonReader.TryParse(json, out string problem);
        error = null;
        if (document is null)
        {
            error = ActorErrors.MalformedBody(problem);
            return null;
        }

        JsonElement root = document.RootElement;
        if (root.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            string failurePolicy = what == "Reminder" ? " FailurePolicy *common.JobFailurePolicy \"json:\\\"failure_policy,omitempty\\\"\";" : "";
            error = ActorErrors.MalformedBody(
                $"json: cannot unmarshal {GoJsonReader.TypeName(root)} into Go value of type struct {{ Data json.RawMessage \"json:\\\"data\\\"\";{failurePolicy} *api.create{what}Alias }}");
            return null;
        }

        var body = new RegistrationBody("", "", "", "", Overwrite: true, Data: null);
        if (root.ValueKind == JsonValueKind.Null) return body;
        foreach (JsonProperty member in root.EnumerateObject())
        {
            body = Set(body, member, out string? expected);
            if (expected is null) continue;
            error = ActorErrors.MalformedBody(
                $"json: cannot unmarshal {GoJsonReader.TypeName(member.Value)} into Go struct field .create{what}Alias.{member.Name} of type {expected}");
            return null;
        }

        return body;
    }

    private static RegistrationBody Set(RegistrationBody body, JsonProperty member, out string? expected)
    {
        expected = null;
        JsonElement value = member.Value;
        string name = member.Name.ToLowerInvariant();
        if (name == "data") return body with { Data = GoJson.Compact(System.Text.Encoding.UTF8.GetBytes(value.GetRawText())) };
        if (value.ValueKind == JsonValueKind.Null || name is not ("duetime" or "period" or "ttl" or "callback" or "overwrite")) return body;
        if (name == "overwrite")
        {
            if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return body with { Overwrite = value.GetBoolean() };
            expected = "bool";
            return body;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            expected = "string";
            return body;
        }

        string text = value.GetString()!;
        return name switch
        {
            "duetime" => body with { DueTime = text },
            "period" => body with { Period = text },
            "ttl" => body with { Ttl = text },
            _ => body with { Callback = text },
        };
    }
}
