using System.Data.Common;
using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Storage.Database;

namespace Gateway.Storage.History;

/// <summary>A row of the table <c>commands</c>, as it is read.</summary>
internal static class CommandRow
{
    public const string Columns =
        "device_id, command_id, last_seq, state, attempt, visible_until, token_hash, claimed_at, decided_at, decided_by, ended_at, reason, "
        + "definition, result";

    public static CommandRecord Read(DbDataReader row) => new()
    {
        DeviceId = row.GetString(0),
        CommandId = row.GetString(1),
        LastSeq = row.GetInt64(2),
        State = State(row.GetString(3)),
        Attempt = (int?)row.Number(4),
        VisibleUntil = row.Number(5),
        TokenHash = row.Text(6),
        ClaimedAt = row.Number(7),
        DecidedAt = row.Number(8),
        DecidedBy = row.Text(9),
        EndedAt = row.Number(10),
        Reason = row.Text(11),
        Definition = HistoryJson.Read<CommandDefinition>(row.Text(12)),
        Result = HistoryJson.Read<CommandResult>(row.Text(13)),
    };

    public static CommandState State(string name) => CommandStates.TryParse(name, out var state)
        ? state
        : throw new InvalidOperationException($"A command's state is '{name}', which this program does not know.");
}
