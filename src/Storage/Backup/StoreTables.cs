namespace Gateway.Storage.Backup;

/// <summary>What becomes of each table in a backup. A test compares the two lists with the tables that migrations make.</summary>
internal static class StoreTables
{
    /// <summary>Tables whose rows are kept, in an order in which they may be filled.</summary>
    public static readonly IReadOnlyList<string> Kept =
    [
        "nodes", "devices", "device_tokens", "presence", "device_events", "commands", "command_output", "sessions", "audit_log",
        "emergencies", "emergency_releases", "emergency_nodes", "emergency_replicas",
    ];

    /// <summary>Tables whose rows stay behind, and why.</summary>
    public static readonly IReadOnlyDictionary<string, string> LeftBehind = new Dictionary<string, string>
    {
        ["confirm_codes"] = "codes for service resets: they are good for five minutes",
        ["device_channels"] = "where open sockets are: none of them is open elsewhere",
        ["protection_keys"] = "secrets: they go only where secrets are asked for, as the portal's keys",
        ["rate_counts"] = "what rate limits count: their windows are short, and begin anew elsewhere",
        ["schema_migrations"] = "which statements made the tables: those of the database at hand",
    };
}
