using System.Data.Common;
using Gateway.Core.Devices;
using Gateway.Storage.Database;

namespace Gateway.Storage.Devices;

/// <summary>A row of the table <c>devices</c>.</summary>
internal static class DeviceRow
{
    /// <summary>The columns that <see cref="Read"/> takes, of a <c>devices</c> row; presence by subqueries, which <c>returning</c> allows.</summary>
    public const string Columns =
        """
        id, customer_id, name, location, model, lifecycle, created_at, registered_at,
        (select status from presence where device_id = devices.id),
        (select last_seen from presence where device_id = devices.id),
        (select metrics from presence where device_id = devices.id),
        (select diagnostics from presence where device_id = devices.id)
        """;

    private const int MaxSortName = 200;

    public static Device Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        CustomerId = row.GetString(1),
        Name = row.Text(2),
        Location = row.Text(3),
        Model = row.Text(4),
        Lifecycle = Lifecycle(row.GetString(5)),
        CreatedAt = row.Time(6),
        RegisteredAt = row.TimeOrNull(7),
        Presence = row.IsDBNull(8) ? Presence.Never : new(row.GetString(8), row.TimeOrNull(9), row.Text(10), row.Text(11)),
    };

    public static DeviceLifecycle Lifecycle(string name) => name switch
    {
        "provisioned" => DeviceLifecycle.Provisioned,
        "active" => DeviceLifecycle.Active,
        "suspended" => DeviceLifecycle.Suspended,
        _ => throw new InvalidOperationException($"A device's lifecycle is '{name}', which this program does not know."),
    };

    public static string Name(DeviceLifecycle lifecycle) => lifecycle switch
    {
        DeviceLifecycle.Provisioned => "provisioned",
        DeviceLifecycle.Active => "active",
        _ => "suspended",
    };

    /// <summary>What a device is sorted by: computed here, so that both databases sort alike. Bounded, as an index entry is.</summary>
    public static string SortName(string? name, string id)
    {
        var sort = string.IsNullOrWhiteSpace(name) ? id : name.Trim();
        return (sort.Length > MaxSortName ? sort[..MaxSortName] : sort).ToLowerInvariant();
    }
}
