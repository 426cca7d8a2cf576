using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Gateway.Api.OpenApi;

/// <summary>What the surfaces' answers keep to and types alone do not tell: an absent member is left out, and a number is no text.</summary>
internal sealed class MemberRules : IOpenApiSchemaTransformer
{
    /// <inheritdoc />
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        const JsonSchemaType Numbers = JsonSchemaType.Integer | JsonSchemaType.Number;
        if (schema.Type is { } type && (type & Numbers) != 0)
        {
            schema.Type = type & ~JsonSchemaType.String;
            schema.Pattern = null;
        }

        foreach (var member in context.JsonTypeInfo.Properties)
        {
            if (member.IsGetNullable && !IsAlwaysThere(member.AttributeProvider)) schema.Required?.Remove(member.Name);
        }

        return Task.CompletedTask;
    }

    private static bool IsAlwaysThere(ICustomAttributeProvider? member) =>
        member?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.Never }];
}
