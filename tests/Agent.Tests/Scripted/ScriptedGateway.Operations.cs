using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gateway.Agent.Tests.Scripted;

/// <summary>What the specification says that each operation does.</summary>
internal sealed partial class ScriptedGateway
{
    /// <summary>A command on the gateway's side.</summary>
    internal sealed class Command(string id, string type, JsonNode? parameters, int? timeoutMs)
    {
        private DateTimeOffset endsAt;

        public string Id => id;
        public string Type => type;
        public JsonNode? Parameters => parameters;
        public int? TimeoutMs => timeoutMs;
        public string? ClaimToken { get; set; }
        public string? ClaimedBy { get; set; }

        /// <summary>The socket that it was claimed for; null: none.</summary>
        public WebSocket? BroughtBy { get; set; }

        public DateTimeOffset VisibleUntil { get; private set; }
        public int Attempt { get; set; }
        public int Extended { get; set; }
        public int Released { get; set; }
        public string? LastReleased { get; set; }
        public string? ResultText { get; set; }
        public int Submissions { get; set; }
        public bool Cancelled { get; set; }
        public JsonNode Result => JsonNode.Parse(ResultText!)!;
        public string? Status => ResultText is null ? null : (string?)Result["status"];
        public string? Output => (string?)Result["output"];
        public string? Error => (string?)Result["error"];

        /// <summary>Claims it; its own time limit counts from now.</summary>
        public void Grant(string? by, string token, TimeSpan visibility)
        {
            (ClaimedBy, ClaimToken) = (by, token);
            Attempt++;
            endsAt = TimeoutMs is { } limit ? TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(limit) : DateTimeOffset.MaxValue;
            Extend(visibility);
        }

        public void Extend(TimeSpan visibility)
        {
            VisibleUntil = TimeProvider.System.GetUtcNow() + visibility;
            if (VisibleUntil > endsAt) VisibleUntil = endsAt;
        }
    }

    private static string NewToken() => $"claim-{Guid.NewGuid():N}";

    private (int, object) Register(HttpContext context, JsonNode body)
    {
        lock (gate)
        {
            Registrations.Add(body);
            if ((string?)body["deviceId"] != DeviceId) return (404, Error("DEVICE_NOT_FOUND", "not provisioned"));
            if (Secret is not null) return (409, Error("DEVICE_ALREADY_REGISTERED", "registered"));
            if ((string?)body["activationCode"] != Code) return (401, Error("INVALID_ACTIVATION_CODE", "wrong code"));
            Secret = AnswersWithSecret ? "the-gateway-chose-this-secret-for-the-device" : (string?)body["deviceSecret"];
            return (201, new
            {
                success = true,
                device = new { id = DeviceId, status = "offline", customerId = "customer-1", registeredAt = "2026-01-01T00:00:00.000Z" },
                deviceSecret = AnswersWithSecret ? Secret : null,
            });
        }
    }

    private (int, object) Authenticate(HttpContext context, JsonNode body)
    {
        lock (gate)
        {
            Authentications++;
            if (Secret is null || (string?)body["deviceSecret"] != Secret) return (401, Error("INVALID_CREDENTIALS", "wrong secret"));
            string token = $"token-{Guid.NewGuid():N}";
            tokens.Add(token);
            return (200, new { token, expiresIn = TokenLife, deviceId = DeviceId });
        }
    }

    private (int, object) Heartbeat(HttpContext context, JsonNode body)
    {
        lock (gate) Heartbeats.Add(body);
        return (200, new { success = true, nextHeartbeat = HeartbeatMs, pendingCommands = 0 });
    }

    private async Task<(int, object)> ClaimAsync(HttpContext context, JsonNode body)
    {
        int limit = (int)body["limit"]!;
        TimeSpan visibility = Visibility ?? TimeSpan.FromMilliseconds((double)body["visibilityTimeout"]!);
        using var wait = new CancellationTokenSource(TimeSpan.FromMilliseconds((double?)body["waitMs"] ?? 0), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(wait.Token, context.RequestAborted, app.Lifetime.ApplicationStopping);
        while (true)
        {
            Task next;
            lock (gate)
            {
                LargestClaim = Math.Max(LargestClaim, limit);
                var request = (string?)body["requestId"];
                List<Command> taken = [.. commands.Values.Where(command => command.ClaimedBy == request && command.ClaimToken is not null && command.Status is null)];
                if (taken.Count == 0)
                    taken = [.. commands.Values.Where(command => command.ClaimToken is null && !command.Cancelled).Take(limit)];
                foreach (Command command in taken.Where(command => command.ClaimToken is null)) command.Grant(request, NewToken(), visibility);
                if (offeredAgain is { } again) taken.Add(again);
                offeredAgain = null;
                if (taken.Count > 0 || either.IsCancellationRequested)
                {
                    return (200, new
                    {
                        commands = taken.Select(command => new
                        {
                            id = command.Id,
                            type = command.Type,
                            parameters = command.Parameters,
                            priority = 0,
                            claimToken = command.ClaimToken,
                            visibleUntil = command.VisibleUntil.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                            timeoutMs = command.TimeoutMs,
                            attempt = command.Attempt,
                        }).ToArray(),
                    });
                }

                next = changes.Next;
            }

            await Task.WhenAny(next, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token));
        }
    }

    private (int, object) Extend(HttpContext context, JsonNode body)
    {
        lock (gate)
        {
            if (Refuse(context, body, out Command command) is { } refusal) return refusal;
            TimeSpan extension = Visibility ?? TimeSpan.FromMilliseconds((double)body["extensionMs"]!);
            command.Extended++;
            command.Extend(extension);
            return (200, new { success = true, visibleUntil = command.VisibleUntil.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) });
        }
    }

    private (int, object) Release(HttpContext context, JsonNode body)
    {
        lock (gate)
        {
            if (commands.TryGetValue((string)context.Request.RouteValues["id"]!, out Command? known) && known.LastReleased == (string?)body["claimToken"])
                return (200, new { success = true, status = "queued" });
            if (Refuse(context, body, out Command command) is { } refusal) return refusal;
            command.Released++;
            // A socket that brought it brings no more: it would come again without end.
            if (command.BroughtBy == socket) draining = socket;
            (command.LastReleased, command.ClaimToken, command.ClaimedBy) = (command.ClaimToken, null, null);
            return (200, new { success = true, status = "queued" });
        }
    }

    private (int, object) Result(HttpContext context, JsonNode body)
    {
        lock (gate)
        {
            if (Refuse(context, body, out Command command) is { } refusal) return refusal;
            string text = body.ToJsonString();
            if (context.Request.ContentLength > LargestResult || text.Length > LargestResult) return (413, Error("PAYLOAD_TOO_LARGE", "too large"));
            command.Submissions++;
            if (command.ResultText is not null && command.ResultText != text) return (409, Error("COMMAND_ALREADY_COMPLETED", "another result"));
            command.ResultText = text;
            return (200, new { success = true });
        }
    }

    private (int, object)? Refuse(HttpContext context, JsonNode body, out Command command)
    {
        if (!commands.TryGetValue((string)context.Request.RouteValues["id"]!, out command!)) return (404, Error("COMMAND_NOT_FOUND", "no such command"));
        if (command.Cancelled) return (409, Error("COMMAND_CANCELLED", "cancelled"));
        if (command.ClaimToken is null || command.ClaimToken != (string?)body["claimToken"] || command.VisibleUntil < TimeProvider.System.GetUtcNow())
            return (403, Error("INVALID_CLAIM", "not your claim"));
        return null;
    }
}
