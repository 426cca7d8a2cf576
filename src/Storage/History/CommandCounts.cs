using Gateway.Core.Commands;
using Gateway.Storage.Database;

namespace Gateway.Storage.History;

/// <inheritdoc />
internal sealed class CommandCounts(GatewayDatabase database) : ICommandCounts
{
    public async Task<IReadOnlyDictionary<CommandState, long>> LiveAsync(CancellationToken cancellationToken)
    {
        // Only what has not ended is due, and only that is in the index.
        var rows = await database.QueryAsync(
            new Statement("select state, count(*) from commands where due_at is not null group by state"),
            row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1)),
            cancellationToken);
        return rows.ToDictionary(row => CommandRow.State(row.Key), row => row.Value);
    }
}
