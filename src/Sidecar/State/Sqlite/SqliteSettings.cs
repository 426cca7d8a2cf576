using System.Web;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.State.Sqlite;

/// <summary>
/// The metadata of <c>state.sqlite</c> (https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-sqlite/).
/// </summary>
internal sealed record SqliteSettings
{
    /// <summary>The database file.</summary>
    public required string Path { get; init; }

    /// <summary>Whether the folder of the file may be made: it is the data folder of an embedding host.</summary>
    public required bool MakeFolder { get; init; }

    public required string Table { get; init; }

    public required string MetadataTable { get; init; }

    /// <summary>How often expired rows are removed; null or not positive is never, as by default.</summary>
    public TimeSpan? CleanupInterval { get; init; }

    /// <summary>How long a write waits for another process, default 2 s.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(2);

    public bool DisableWal { get; init; }

    /// <summary>
    /// <c>PRAGMA synchronous</c>, FULL by default: a write that was answered survives a power cut. <c>NORMAL</c>
    /// (<c>?_pragma=synchronous(NORMAL)</c>) survives the death of the process and is faster where the disk is slow.
    /// </summary>
    public string Synchronous { get; init; } = "FULL";

    public static SqliteSettings Of(ComponentSpec component, SidecarOptions options)
    {
        string connection = component.Text("connectionString") ?? component.Text("url") ?? throw new ComponentException("missing connection string");
        string[] parts = connection.Split('?', 2);
        string path = parts[0].StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? parts[0]["file:".Length..] : parts[0];
        if (path.StartsWith(":memory:", StringComparison.OrdinalIgnoreCase))
            throw new ComponentException("connectionString ':memory:' is not supported; state.in-memory is the store without a file");
        if (path.Length == 0) throw new ComponentException($"connectionString '{connection}' names no file");

        bool inDataFolder = options.DataPath is not null && !System.IO.Path.IsPathRooted(path);
        return new SqliteSettings
        {
            Path = inDataFolder ? System.IO.Path.Combine(options.DataPath!, path) : path,
            MakeFolder = inDataFolder,
            Table = Identifier(component.Text("tableName") ?? "state"),
            MetadataTable = Identifier(component.Text("metadataTableName") ?? "metadata"),
            CleanupInterval = component.Duration("cleanupInterval") ?? component.Duration("cleanupIntervalInSeconds"),
            BusyTimeout = component.Duration("busyTimeout") ?? TimeSpan.FromSeconds(2),
            DisableWal = component.Flag("disableWAL"),
            Synchronous = parts.Length == 2 ? ReadSynchronous(parts[1]) : "FULL",
        };
    }

    // Table names cannot be parameters of a statement.
    private static string Identifier(string name) =>
        name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_') ? name : throw new ComponentException($"invalid identifier: {name}");

    private static string ReadSynchronous(string query)
    {
        string synchronous = "FULL";
        System.Collections.Specialized.NameValueCollection values = HttpUtility.ParseQueryString(query);
        foreach (string? name in values.AllKeys)
        {
            foreach (string value in values.GetValues(name) ?? [])
            {
                synchronous = (name, value.ToUpperInvariant().Replace(" ", "", StringComparison.Ordinal)) switch
                {
                    ("_pragma", "SYNCHRONOUS(NORMAL)" or "SYNCHRONOUS(1)" or "SYNCHRONOUS=NORMAL") => "NORMAL",
                    ("_pragma", "SYNCHRONOUS(FULL)" or "SYNCHRONOUS(2)" or "SYNCHRONOUS=FULL") => "FULL",
                    ("_txlock", "IMMEDIATE") or ("mode", "RWC") => synchronous,
                    _ => throw new ComponentException($"option '{name}={value}' of the connectionString is not supported"),
                };
            }
        }

        return synchronous;
    }
}
