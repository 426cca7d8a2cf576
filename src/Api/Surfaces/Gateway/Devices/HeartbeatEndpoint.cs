using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Gateway.Api.Auth;
using Gateway.Api.Channels.Customers;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Core.Devices;
using Gateway.Queue;
using Gateway.Storage.Devices;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway.Devices;

/// <summary><c>POST /api/v1/device/heartbeat</c> (gateway-api.md). It costs no write of its own (DESIGN, "Presence").</summary>
internal static class HeartbeatEndpoint
{
    /// <summary>Takes a heartbeat.</summary>
    public static Task<IResult> BeatAsync(HttpContext context, HeartbeatIntake intake) => JsonBody.AnswerAsync(
        context, HeartbeatRequest.Read, async request => await intake.TakeAsync(context.User.DeviceId(), request, context.RequestAborted), Answer.Json.HeartbeatAnswer);
}

/// <summary>Takes heartbeats, by whatever way they come.</summary>
internal sealed class HeartbeatIntake(
    HeartbeatBatcher batcher,
    ICommandQueue queue,
    DeviceChannels channels,
    CustomerChannels customers,
    IOptionsMonitor<HeartbeatOptions> options,
    TimeProvider time)
{
    /// <summary>Takes one of a device.</summary>
    public async Task<HeartbeatAnswer> TakeAsync(string deviceId, HeartbeatRequest request, CancellationToken cancellationToken)
    {
        var heartbeat = new Heartbeat(
            deviceId, time.GetUtcNow(), request.Status, request.Metrics?.GetRawText(), request.Diagnostics?.GetRawText());
        batcher.Add(heartbeat);
        customers.OnHeartbeat(heartbeat);
        channels.NoteStatus(deviceId, request.Status);
        return new HeartbeatAnswer(
            true, (int)options.CurrentValue.Interval.TotalMilliseconds, await CountAsync(deviceId, cancellationToken));
    }

    /// <summary>The count is a hint, and the heartbeat is as good without it.</summary>
    private async Task<int?> CountAsync(string deviceId, CancellationToken cancellationToken)
    {
        try
        {
            return await queue.CountWaitingAsync(deviceId, cancellationToken);
        }
        catch (QueueUnavailableException)
        {
            return null;
        }
    }
}

/// <summary>Settings under <c>Gateway:Heartbeats</c>.</summary>
internal sealed class HeartbeatOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway:Heartbeats";

    /// <summary>How long devices are told to wait until the next heartbeat. Default 30 s, 1 s to 60 s: after 90 s a device is offline.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>What a device reports.</summary>
/// <param name="Timestamp">When, by the device's clock; only its form is checked, as that clock may be off.</param>
/// <param name="Status"><c>online</c>, <c>busy</c> or <c>error</c>.</param>
/// <param name="Metrics">Its metrics: <c>cpu</c>, <c>memory</c>, <c>uptime</c> and whatever else it measures.</param>
/// <param name="Diagnostics">Whatever it has to say besides.</param>
internal sealed record HeartbeatRequest(DateTimeOffset Timestamp, string Status, JsonElement? Metrics = null, JsonElement? Diagnostics = null)
{
    /// <summary>Most bytes of metrics and diagnostics together: 64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Reads a body.</summary>
    public static HeartbeatRequest Read(FieldReader body)
    {
        // A device leaves out what its machine does not tell.
        var metrics = body.OptionalMetrics("metrics", MaxBytes, "cpu", "memory", "uptime");
        var left = MaxBytes - (metrics is { } value ? FieldReader.SizeOf(value) : 0);
        return new HeartbeatRequest(
            body.Time("timestamp"),
            body.OneOf("status", "online", "busy", "error"),
            metrics,
            body.OptionalValue("diagnostics", Math.Max(0, left)));
    }
}

/// <summary>The heartbeat was taken.</summary>
/// <param name="Success">True.</param>
/// <param name="NextHeartbeat">When to send the next one, in milliseconds.</param>
/// <param name="PendingCommands">How many commands wait for the device, as a hint; absent: not known now.</param>
internal sealed record HeartbeatAnswer(bool Success, int NextHeartbeat, int? PendingCommands);
