using System.Globalization;
using Gateway.Sidecar.Components;
using Npgsql;

namespace Gateway.Sidecar.State.Postgres;

/// <summary>
/// The metadata of <c>state.postgresql</c>
/// (https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-postgresql-v2/, and …-v1).
/// </summary>
internal sealed record PostgresSettings
{
    private static readonly string[] QueryModes = ["cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"];

    /// <summary>Npgsql's connection string.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The table with its names and statements, of the component's version.</summary>
    public required PostgresTable Table { get; init; }

    /// <summary>How often expired rows are removed, by default every hour; null is never.</summary>
    public TimeSpan? CleanupInterval { get; init; }

    public static PostgresSettings Of(ComponentSpec component)
    {
        foreach (string cloud in (string[])["useAzureAD", "useAWSIAM"])
        {
            if (component.Flag(cloud)) throw new ComponentException($"{cloud} is not supported");
        }

        TimeSpan timeout = component.Duration("timeout") ?? component.Duration("timeoutInSeconds") ?? TimeSpan.FromSeconds(20);
        if (timeout < TimeSpan.FromSeconds(1)) throw new ComponentException("invalid value for 'timeout': must be greater than 1s");
        TimeSpan cleanup = component.Duration("cleanupInterval") ?? component.Duration("cleanupIntervalInSeconds") ?? TimeSpan.FromHours(1);
        string metadataTable = Name(component.Text("metadataTableName") ?? "dapr_metadata");
        return new PostgresSettings
        {
            ConnectionString = Connection(component, timeout),
            Table = component.Version == "v1"
                ? new PostgresTableV1(Name(component.Text("tableName") ?? "state"), metadataTable)
                : new PostgresTableV2(Name((component.Text("tablePrefix") ?? "") + "state"), metadataTable, component.Text("tablePrefix") ?? ""),
            CleanupInterval = cleanup > TimeSpan.Zero ? cleanup : null,
        };
    }

    private static string Connection(ComponentSpec component, TimeSpan timeout)
    {
        NpgsqlConnectionStringBuilder settings = PostgresConnection.Read(component);
        settings.CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds);
        if (!settings.ShouldSerialize("Timeout")) settings.Timeout = settings.CommandTimeout;
        // daprd's driver has as many connections, unless it is told otherwise.
        if (!settings.ShouldSerialize("Maximum Pool Size")) settings.MaxPoolSize = Math.Max(4, Environment.ProcessorCount);
        if (component.Text("maxConns") is { } text)
        {
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int connections))
                throw new ComponentException($"maxConns '{text}' is no whole number");
            if (connections > 1) settings.MaxPoolSize = connections;
        }

        if (component.Duration("connectionMaxIdleTime") is { Ticks: > 0 } idle) settings.ConnectionIdleLifetime = (int)Math.Ceiling(idle.TotalSeconds);
        string mode = component.Text("queryExecMode") ?? QueryModes[0];
        if (!QueryModes.Contains(mode)) throw new ComponentException($"invalid queryExecMode metadata value: {mode}");
        // The other modes are for poolers between here and the server, which do not know prepared statements.
        if (mode == QueryModes[0]) settings.MaxAutoPrepare = 32;
        settings.AutoPrepareMinUsages = 2;
        return settings.ConnectionString;
    }

    // A table cannot be a parameter of a statement; it may bear the name of its schema.
    private static string Name(string name) =>
        name.Split('.') is { Length: <= 2 } parts
        && parts.All(part => part.Length > 0 && !char.IsAsciiDigit(part[0]) && part.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
            ? name
            : throw new ComponentException($"invalid table name: {name}");
}
