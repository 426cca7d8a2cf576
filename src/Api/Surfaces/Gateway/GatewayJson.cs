using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Gateway.Api.Surfaces.Gateway.Channels;
using Gateway.Api.Surfaces.Gateway.Commands;
using Gateway.Api.Surfaces.Gateway.Devices;
using Gateway.Api.Surfaces.Gateway.Sessions;
using Gateway.Api.Surfaces.Gateway.SystemInfo;

namespace Gateway.Api.Surfaces.Gateway;

/// <summary>How this surface's answers are written: camel case, absent members left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuthRequest))]
[JsonSerializable(typeof(AuthAnswer))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(RegisterAnswer))]
[JsonSerializable(typeof(HeartbeatRequest))]
[JsonSerializable(typeof(HeartbeatAnswer))]
[JsonSerializable(typeof(ClaimRequest))]
[JsonSerializable(typeof(ClaimAnswer))]
[JsonSerializable(typeof(ExtendRequest))]
[JsonSerializable(typeof(ExtendAnswer))]
[JsonSerializable(typeof(ReleaseRequest))]
[JsonSerializable(typeof(ReleaseAnswer))]
[JsonSerializable(typeof(DrainAnswer))]
[JsonSerializable(typeof(ResultRequest))]
[JsonSerializable(typeof(ResultAnswer))]
[JsonSerializable(typeof(DeviceListAnswer))]
[JsonSerializable(typeof(DeviceStatusAnswer))]
[JsonSerializable(typeof(ProvisionRequest))]
[JsonSerializable(typeof(ProvisionAnswer))]
[JsonSerializable(typeof(LifecycleAnswer))]
[JsonSerializable(typeof(OpenSessionRequest))]
[JsonSerializable(typeof(OpenSessionAnswer))]
[JsonSerializable(typeof(SessionAnswer))]
[JsonSerializable(typeof(SessionListAnswer))]
[JsonSerializable(typeof(CloseSessionAnswer))]
[JsonSerializable(typeof(EnqueueRequest))]
[JsonSerializable(typeof(EnqueueAnswer))]
[JsonSerializable(typeof(CommandAnswer))]
[JsonSerializable(typeof(ExplainAnswer))]
[JsonSerializable(typeof(ApproveRequest))]
[JsonSerializable(typeof(DecisionAnswer))]
[JsonSerializable(typeof(SystemInfoAnswer))]
[JsonSerializable(typeof(ClaimedView))]
[JsonSerializable(typeof(ConfigUpdate))]
[JsonSerializable(typeof(OutputRequest))]
[JsonSerializable(typeof(OutputAnswer))]
[JsonSerializable(typeof(OutputView))]
[JsonSerializable(typeof(ReconnectHint))]
[JsonSerializable(typeof(SubscribedView))]
[JsonSerializable(typeof(UnsubscribedView))]
[JsonSerializable(typeof(CommandUpdate))]
[JsonSerializable(typeof(SessionUpdate))]
[JsonSerializable(typeof(OutputUpdate))]
[JsonSerializable(typeof(DeviceReference))]
[JsonSerializable(typeof(ClosingView))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class GatewayJson : JsonSerializerContext;

/// <summary>This surface's successes.</summary>
internal static class Answer
{
    /// <summary>
    /// What goes over the wire. Text beyond ASCII goes as it is: the answers are application/json and never stand inside a page,
    /// and escaped a result of foreign text would grow sixfold.
    /// </summary>
    public static GatewayJson Json { get; } =
        new(new JsonSerializerOptions(GatewayJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>200 with a body.</summary>
    public static IResult Ok<T>(T value, JsonTypeInfo<T> type) => TypedResults.Json(value, type);

    /// <summary>201 with a body.</summary>
    public static IResult Created<T>(T value, JsonTypeInfo<T> type) => TypedResults.Json(value, type, statusCode: StatusCodes.Status201Created);
}

/// <summary>The error format of the specification, for the API document; <see cref="GatewayErrors"/> writes it.</summary>
internal sealed record ErrorAnswer(ErrorBody Error);

/// <summary>What went wrong.</summary>
/// <param name="Code">A stable name, for example <c>NOT_FOUND</c>.</param>
/// <param name="Message">In words, for people.</param>
/// <param name="Details">More, by name; of invalid fields: <c>field</c>, the first one, and <c>errors</c>, all of them as <c>{field, message}</c>.</param>
internal sealed record ErrorBody(string Code, string Message, IReadOnlyDictionary<string, JsonElement> Details);
