using System.Buffers;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Dapr.Actors.Communication;

/// <summary>
/// The bodies of typed calls: <c>{"value":{"name":…}}</c> with one member for each argument, nothing at all without arguments;
/// <c>{"value":{"retVal":…}}</c> back, empty for a method without a result. Member names go through the naming policy.
/// </summary>
internal static class RemotingBody
{
    private const string ReturnValue = "retVal";
    private static readonly MediaTypeHeaderValue OctetStream = new("application/octet-stream", "utf-8");
    private static readonly ConditionalWeakTable<JsonSerializerOptions, JsonSerializerOptions> WithFields = [];

    /// <summary>The application's options with fields included, as the official SDK has them for typed calls.</summary>
    public static JsonSerializerOptions Options(JsonSerializerOptions options) =>
        WithFields.GetValue(options, static options => new JsonSerializerOptions(options) { IncludeFields = true });

    /// <summary>Null for a method without arguments.</summary>
    public static HttpContent? Request(ActorMethod method, object?[] args, JsonSerializerOptions options)
    {
        if (method.Arguments.Length == 0) return null;
        var members = method.Arguments.Select((argument, index) => (argument.Name!, args[index], argument.ParameterType));
        return new ByteArrayContent(Write(members, options)) { Headers = { ContentType = OctetStream } };
    }

    /// <summary>Reads the arguments of a call. What is missing is the type's default, what is unknown is ignored.</summary>
    /// <exception cref="JsonException">The body has another form.</exception>
    public static object?[] ReadRequest(ActorMethod method, ReadOnlySpan<byte> body, JsonSerializerOptions options)
    {
        var arguments = Array.ConvertAll(method.Arguments, argument => Default(argument.ParameterType));
        if (body.IsEmpty || arguments.Length == 0) return arguments;
        var names = Array.ConvertAll(method.Arguments, argument => argument.Name!);
        Read(body, names, Array.ConvertAll(method.Arguments, argument => argument.ParameterType), arguments, options);
        return arguments;
    }

    /// <summary>Empty for a method without a result.</summary>
    public static byte[] Reply(Type? type, object? value, JsonSerializerOptions options) =>
        type is null ? [] : Write([(ReturnValue, value, type)], options);

    /// <exception cref="JsonException">The body has another form.</exception>
    public static object? ReadReply(ReadOnlySpan<byte> body, Type type, JsonSerializerOptions options)
    {
        object?[] values = [Default(type)];
        if (!body.IsEmpty) Read(body, [ReturnValue], [type], values, options);
        return values[0];
    }

    private static byte[] Write(IEnumerable<(string Name, object? Value, Type Type)> members, JsonSerializerOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = options.Encoder }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("value");
            foreach (var (name, value, type) in members)
            {
                writer.WritePropertyName(OnWire(name, options));
                JsonSerializer.Serialize(writer, value, type, options);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Read(
        ReadOnlySpan<byte> body, string[] names, Type[] types, object?[] values, JsonSerializerOptions options)
    {
        var comparison = options.PropertyNameCaseInsensitive ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject
            || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("value")
            || !reader.Read())
            throw new JsonException("A typed call carries an object with one member, 'value'.");
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("The member 'value' must be an object.");

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            var index = Array.FindIndex(names, known => string.Equals(OnWire(known, options), name, comparison));
            reader.Read();
            if (index < 0) reader.Skip();
            else values[index] = JsonSerializer.Deserialize(ref reader, types[index], options);
        }
    }

    private static string OnWire(string name, JsonSerializerOptions options) => options.PropertyNamingPolicy?.ConvertName(name) ?? name;

    private static object? Default(Type type) => type.IsValueType ? RuntimeHelpers.GetUninitializedObject(type) : null;
}
