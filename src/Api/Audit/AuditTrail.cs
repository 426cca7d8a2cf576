using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Storage;
using Gateway.Storage.Audit;

namespace Gateway.Api.Audit;

/// <summary>
/// Notes in the audit log what was done through the surfaces to devices and by operators; what was done to commands and sessions, their events
/// tell. It comes after the deed, so a log that does not answer is itself logged and does not make the deed a failure.
/// </summary>
internal sealed class AuditTrail(IAuditLog log, TimeProvider time, ILogger<AuditTrail> logger)
{
    // Foreign text goes as it is.
    private static readonly AuditJson Json = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Notes that <paramref name="actor"/> did <paramref name="action"/>.</summary>
    public async Task NoteAsync(
        string actor,
        string action,
        string? deviceId,
        IReadOnlyDictionary<string, string?>? detail = null)
    {
        try
        {
            // Not cancelled with the request: the deed is done, whether its client still listens or not.
            await log.AppendAsync(
                new AuditEntry
                {
                    At = time.GetUtcNow(),
                    Actor = actor,
                    Action = action,
                    DeviceId = deviceId,
                    DetailJson = detail is null ? null : JsonSerializer.Serialize(detail, Json.IReadOnlyDictionaryStringString),
                },
                CancellationToken.None);
        }
        catch (StorageUnavailableException problem)
        {
            AuditTrailLog.Lost(logger, problem, action, actor, deviceId);
        }
    }
}

/// <summary>How details are written.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, string?>))]
internal sealed partial class AuditJson : JsonSerializerContext;
