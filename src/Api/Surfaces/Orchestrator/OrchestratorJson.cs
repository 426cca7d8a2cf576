using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Api.Surfaces.Orchestrator.Devices;
using Gateway.Api.Surfaces.Orchestrator.Emergency;
using Gateway.Api.Surfaces.Orchestrator.Nodes;
using Gateway.Api.Surfaces.Orchestrator.Tasks;

namespace Gateway.Api.Surfaces.Orchestrator;

/// <summary>How this surface's answers are written: snake case, absent values as null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(NodeListAnswer))]
[JsonSerializable(typeof(NodeAnswer))]
[JsonSerializable(typeof(DeviceListAnswer))]
[JsonSerializable(typeof(DeviceView))]
[JsonSerializable(typeof(CommandRequest))]
[JsonSerializable(typeof(AcceptedAnswer))]
[JsonSerializable(typeof(TaskListAnswer))]
[JsonSerializable(typeof(TaskView))]
[JsonSerializable(typeof(CancelledAnswer))]
[JsonSerializable(typeof(SoftResetAnswer))]
[JsonSerializable(typeof(ServiceResetAnswer))]
[JsonSerializable(typeof(ConfirmCodeAnswer))]
[JsonSerializable(typeof(EmergencyAnswer))]
internal sealed partial class OrchestratorJson : JsonSerializerContext;

/// <summary>This surface's successes.</summary>
internal static class OrchestratorAnswers
{
    /// <summary>What goes over the wire: text beyond ASCII as it is.</summary>
    public static OrchestratorJson Json { get; } =
        new(new JsonSerializerOptions(OrchestratorJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
