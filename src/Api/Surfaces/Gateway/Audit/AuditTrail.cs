using System.Text.Json;
using Gateway.Storage;
using Gateway.Storage.Audit;

namespace Gateway.Api.Surfaces.Gateway.Audit;

/// <summary>
/// Notes in the audit log what was done through this surface. It comes after the deed, so a log that does not answer is itself
/// logged and does not make the deed a failure; what happened to commands and sessions is in history besides.
/// </summary>
internal sealed class AuditTrail(IAuditLog log, TimeProvider time, ILogger<AuditTrail> logger)
{
    /// <summary>Notes that <paramref name="actor"/> did <paramref name="action"/>.</summary>
    public async Task NoteAsync(
        string actor,
        string action,
        string deviceId,
        string? sessionId = null,
        string? commandId = null,
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
                    SessionId = sessionId,
                    CommandId = commandId,
                    DetailJson = detail is null ? null : JsonSerializer.Serialize(detail, Answer.Json.IReadOnlyDictionaryStringString),
                },
                CancellationToken.None);
        }
        catch (StorageUnavailableException problem)
        {
            GatewayLog.AuditLost(logger, problem, action, actor, deviceId, sessionId, commandId);
        }
    }
}

/// <summary>The audit log's names for what is done through this surface.</summary>
internal static class AuditActions
{
    public const string
        Provision = "device.provision",
        Reprovision = "device.reprovision",
        Register = "device.register",
        Suspend = "device.suspend",
        Activate = "device.activate",
        OpenSession = "session.open",
        CloseSession = "session.close",
        Enqueue = "command.enqueue",
        Approve = "command.approve",
        Reject = "command.reject",
        Cancel = "command.cancel";
}
