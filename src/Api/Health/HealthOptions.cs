using System.ComponentModel.DataAnnotations;

namespace Gateway.Api.Health;

/// <summary>What <c>/readyz</c> takes for healthy. Bound from <c>Gateway:Health</c>.</summary>
internal sealed class HealthOptions
{
    /// <summary>
    /// How long a queue's deadline (the end of a claim, an expiry, the end of a session) may be overdue. Reminders and sweeps need up to
    /// 45 s when a reminder was lost. Default 60 s; up to 1 day; 0: overdue deadlines do not count.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")] public TimeSpan OverdueLimit { get; set; } = TimeSpan.FromSeconds(60);
}
