using System.ComponentModel.DataAnnotations;

namespace Gateway.Storage;

/// <summary>Where the relational store is and how long it keeps things (DESIGN, "Configuration contract").</summary>
public sealed class StorageOptions
{
    /// <summary>A Npgsql connection string (<c>ConnectionStrings:Gateway</c>); null or blank: SQLite in <see cref="DataPath"/>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The folder of the embedded default (<c>Gateway:DataPath</c>); it holds <c>gateway.db</c>. Default <c>.gateway</c>.</summary>
    [Required]
    public string DataPath { get; set; } = ".gateway";

    /// <summary>
    /// Whether a start applies the migrations that are missing (<c>Gateway:Storage:Migrate</c>). Default true; false: it waits until somebody else has,
    /// by the command <c>migrate</c>.
    /// </summary>
    public bool Migrate { get; set; } = true;

    /// <summary>
    /// How long history, ended sessions and idempotency keys are kept after the last thing that happened to them
    /// (<c>Gateway:Storage:CommandRetention</c>). Default 30 days, 1 hour to 10 years.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan CommandRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long audit entries are kept (<c>Gateway:Storage:AuditRetention</c>). Default 365 days, 1 hour to 10 years.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan AuditRetention { get; set; } = TimeSpan.FromDays(365);

    /// <summary>How often what is past its retention is deleted (<c>Gateway:Storage:MaintenanceInterval</c>). Default 1 hour, 1 minute to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan MaintenanceInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether the store is Postgres.</summary>
    internal bool UsesPostgres => !string.IsNullOrWhiteSpace(ConnectionString);
}
