using System.Text.Json.Nodes;

namespace Gateway.Sidecar.Errors;

/// <summary>The entries of an error's <c>details</c>, with their members in daprd's order.</summary>
internal static class ErrorDetails
{
    /// <summary><c>google.rpc.ErrorInfo</c>; <paramref name="metadata"/> null is written as null.</summary>
    public static JsonObject Info(string reason, JsonObject? metadata = null) => new()
    {
        ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
        ["domain"] = "dapr.io",
        ["metadata"] = metadata,
        ["reason"] = reason,
    };

    /// <summary><c>google.rpc.ResourceInfo</c> of a component.</summary>
    public static JsonObject Resource(string type, string name, string description = "") => new()
    {
        ["@type"] = "type.googleapis.com/google.rpc.ResourceInfo",
        ["description"] = description,
        ["owner"] = "",
        ["resource_name"] = name,
        ["resource_type"] = type,
    };

    /// <summary><c>google.rpc.BadRequest</c> with one violation, of a named field or of none.</summary>
    public static JsonObject BadRequest(string? field, string description)
    {
        var violation = new JsonObject();
        if (field is not null) violation["field"] = field;
        violation["description"] = description;
        return new JsonObject { ["@type"] = "type.googleapis.com/google.rpc.BadRequest", ["field_violations"] = new JsonArray(violation) };
    }
}
