using System.ComponentModel.DataAnnotations;

namespace Gateway.Api.Surfaces.Gateway.Sessions;

/// <summary>Settings under <c>Gateway:Sessions</c>.</summary>
internal sealed class SessionLifetimeOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway:Sessions";

    /// <summary>How long a session lasts unless it is closed. Default 4 hours, 1 minute to 14 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "14.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(4);
}
