using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Core.Queue;
using Microsoft.Data.Sqlite;

namespace Gateway.EndToEnd.Tests.Torture;

/// <summary>
/// Compares the heads in the state store's file with the history in the relational one, past every program: read while the
/// server does not run, be it that it was stopped or killed.
/// </summary>
/// <param name="statePath">The state store, <c>state.db</c>.</param>
/// <param name="historyPath">The relational store, <c>gateway.db</c>.</param>
internal sealed class QueueAudit(string statePath, string historyPath)
{
    private static readonly JsonSerializerOptions HistoryJson = new()
    {
        Converters = { new JsonStringEnumConverter<CommandState>(JsonNamingPolicy.SnakeCaseLower) },
    };

    static QueueAudit() => SQLitePCL.Batteries_V2.Init();

    /// <summary>
    /// What does not agree, in words; empty: all does. At any moment: history has no gaps; what it lacks, its device's head still
    /// holds; its rows are the fold of its events; what people did is in the audit log, each thing once; every command of a head is in the state, and under the claim, that its events
    /// tell of, and no command that has not ended is missing in it.
    /// </summary>
    /// <param name="stopped">Whether the server stopped in order: then history lacks nothing.</param>
    public IReadOnlyList<string> Find(bool stopped)
    {
        var problems = new List<string>();
        // History first: where a sidecar still runs, a save that was under way may yet come, but no write to history.
        var written = ReadEvents();
        var rows = ReadRows();
        var audited = ReadAudit();
        var heads = ReadHeads();
        if (heads.Count == 0) problems.Add("There is not one head.");
        problems.AddRange(written.Keys.Except(heads.Keys).Select(device => $"{device}: there is history and no head."));
        foreach (var (device, head) in heads)
        {
            var events = written.GetValueOrDefault(device) ?? [];
            var last = events.Count == 0 ? 0 : events[^1].Seq;
            var unwritten = head.Events.Where(e => e.Seq > last).ToList();
            if (stopped && unwritten.Count > 0) problems.Add($"{device}: {unwritten.Count} events did not get to history.");
            CheckNumbers(device, [.. events, .. unwritten], head, problems);
            CheckAudit(device, events, [.. audited[device]], problems);
            CheckRows(device, Fold(device, events), rows.GetValueOrDefault(device) ?? [], problems);
            CheckHead(device, Fold(device, [.. events, .. unwritten]), head, problems);
        }

        return problems;
    }

    private static void CheckNumbers(string device, List<QueueEvent> events, QueueHead head, List<string> problems)
    {
        var expected = 1;
        foreach (var e in events)
        {
            if (e.Seq != expected) problems.Add($"{device}: event {expected} is neither in history nor in the head; the next is {e.Seq}.");
            expected = (int)e.Seq + 1;
        }

        if (expected != head.Seq + 1) problems.Add($"{device}: the head's last event is {head.Seq}, the last that is to be found is {expected - 1}.");
    }

    private static void CheckAudit(string device, List<QueueEvent> events, List<long> audited, List<string> problems)
    {
        var deeds = events.Where(IsDeed).Select(e => e.Seq).ToList();
        if (!deeds.SequenceEqual(audited)) problems.Add($"{device}: people did {string.Join(' ', deeds)}, the audit log has {string.Join(' ', audited)}.");

        static bool IsDeed(QueueEvent e) => e.By is not null && !e.By.StartsWith("device:", StringComparison.Ordinal)
            && (e.Kind is QueueEventKind.Enqueued or QueueEventKind.Approved or QueueEventKind.SessionOpened or QueueEventKind.SessionEnded
                || e.State is CommandState.Cancelled or CommandState.Rejected);
    }

    private static void CheckRows(string device, Dictionary<string, CommandRecord> folded, List<Row> rows, List<string> problems)
    {
        var differing = folded.Values.Select(Row.Of).ToHashSet();
        differing.SymmetricExceptWith(rows);
        problems.AddRange(differing.Select(row => $"{device}: {(rows.Contains(row) ? "the row" : "the events")} alone say {row}."));
    }

    private static void CheckHead(string device, Dictionary<string, CommandRecord> folded, QueueHead head, List<string> problems)
    {
        foreach (var entry in head.Claimed)
        {
            Check(entry, CommandState.Claimed);
            // A lost connection shortens its claims without an event, and they keep what they had.
            if (folded.TryGetValue(entry.Id, out var record)
                && (record.TokenHash != Digests.OfToken(entry.Claim!.Token)
                    || record.VisibleUntil != (entry.Claim.Kept ?? entry.Claim.VisibleUntil)
                    || record.Attempt != entry.Attempt))
                problems.Add($"{device}: {entry.Id} has another claim in the head than its events tell of.");
        }

        foreach (var entry in head.Pending) Check(entry, CommandState.PendingApproval);
        foreach (var entry in head.Lanes.SelectMany(lane => lane.Front.Concat(lane.Tail))) Check(entry, CommandState.Queued);
        var live = folded.Values.Count(record => !record.State.IsTerminal());
        if (live != head.Length) problems.Add($"{device}: {live} commands have not ended, {head.Length} are in the head.");

        void Check(QueueEntry entry, CommandState state)
        {
            var told = folded.GetValueOrDefault(entry.Id)?.State;
            if (told != state) problems.Add($"{device}: {entry.Id} is {state} in the head, {told?.ToString() ?? "unknown"} by its events.");
        }
    }

    private static Dictionary<string, CommandRecord> Fold(string device, IEnumerable<QueueEvent> events)
    {
        var records = new Dictionary<string, CommandRecord>();
        foreach (var e in events.Where(e => e.CommandId is not null))
            records[e.CommandId!] = CommandRecord.Apply(records.GetValueOrDefault(e.CommandId!), device, e);
        return records;
    }

    private Dictionary<string, QueueHead> ReadHeads() => Read(
        statePath, "select key, cast(value as text) from state where key like '%||queue:%' and key not like '%||queue:%:%'",
        row => (Device: row.GetString(0).Split("||queue:")[1], Head: JsonSerializer.Deserialize(row.GetString(1), QueueJson.Default.QueueHead)!))
        .ToDictionary(row => row.Device, row => row.Head);

    private Dictionary<string, List<QueueEvent>> ReadEvents() => Read(
        historyPath, "select device_id, body from device_events order by device_id, seq",
        row => (Device: row.GetString(0), Event: JsonSerializer.Deserialize<QueueEvent>(row.GetString(1), HistoryJson)!))
        .GroupBy(row => row.Device).ToDictionary(rows => rows.Key, rows => rows.Select(row => row.Event).ToList());

    private ILookup<string, long> ReadAudit() => Read(
        historyPath, "select device_id, seq from audit_log where seq is not null order by device_id, seq", row => (Device: row.GetString(0), Seq: row.GetInt64(1)))
        .ToLookup(row => row.Device, row => row.Seq);

    private Dictionary<string, List<Row>> ReadRows() => Read(
        historyPath, "select device_id, command_id, last_seq, state, attempt, visible_until, token_hash, ended_at from commands",
        row => (Device: row.GetString(0), Row: new Row(row.GetString(1), row.GetInt64(2), row.GetString(3), Number(row, 4), Number(row, 5),
            row.IsDBNull(6) ? null : row.GetString(6), Number(row, 7))))
        .GroupBy(row => row.Device).ToDictionary(rows => rows.Key, rows => rows.Select(row => row.Row).ToList());

    private static long? Number(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static List<T> Read<T>(string path, string sql, Func<SqliteDataReader, T> read)
    {
        // For writing too: what a killed program left in the write-ahead log is part of the file.
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var found = new List<T>();
        while (rows.Read()) found.Add(read(rows));
        return found;
    }

    /// <summary>What the relational store says of a command.</summary>
    private sealed record Row(string Command, long LastSeq, string State, long? Attempt, long? VisibleUntil, string? TokenHash, long? EndedAt)
    {
        public static Row Of(CommandRecord record) => new(
            record.CommandId, record.LastSeq, record.State.Name(), record.Attempt, record.VisibleUntil, record.TokenHash, record.EndedAt);
    }
}
