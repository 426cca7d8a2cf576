using System.Text.Json.Serialization;

namespace Gateway.Agent.Credentials;

/// <summary>What the credentials file holds.</summary>
/// <param name="Server">The gateway's address, without a slash at the end.</param>
/// <param name="DeviceId">The id under which the customer provisioned the device.</param>
/// <param name="DeviceSecret">The secret: at least 32 characters. Never logged, never shown.</param>
/// <param name="State">Whether the gateway is known to have accepted the device.</param>
/// <param name="CustomerId">The owner, as the gateway answered it.</param>
/// <param name="RegisteredAt">When, as the gateway answered it.</param>
internal sealed record DeviceCredentials(
    string Server,
    string DeviceId,
    string DeviceSecret,
    RegistrationState State,
    string? CustomerId = null,
    string? RegisteredAt = null)
{
    // The generated text would show the secret to whoever logs the record.
    public override string ToString() => $"{DeviceId} at {Server} ({State})";
}

[JsonConverter(typeof(JsonStringEnumConverter<RegistrationState>))]
internal enum RegistrationState
{
    /// <summary>The registration was sent, or is about to be, and its answer is not known.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    [JsonStringEnumMemberName("registered")]
    Registered,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeviceCredentials))]
internal sealed partial class CredentialsJson : JsonSerializerContext;
