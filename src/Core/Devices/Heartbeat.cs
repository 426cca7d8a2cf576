namespace Gateway.Core.Devices;

/// <summary>One heartbeat as a replica collected it.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="At">When it arrived, by the server's clock: the device's own may be off.</param>
/// <param name="Status"><c>online</c>, <c>busy</c> or <c>error</c>.</param>
/// <param name="MetricsJson">Its metrics, a JSON text; null: keep the former.</param>
/// <param name="DiagnosticsJson">Its diagnostics, a JSON text; null: keep the former.</param>
public sealed record Heartbeat(string DeviceId, DateTimeOffset At, string Status, string? MetricsJson, string? DiagnosticsJson);
