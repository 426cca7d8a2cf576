using Gateway.Storage.Database;

namespace Gateway.Storage.Output;

/// <summary>The table <c>command_output</c>.</summary>
internal sealed class CommandOutput(GatewayDatabase database) : ICommandOutput
{
    /// <summary>How many chunks are read at a time: few, as each may be large.</summary>
    internal const int Batch = 16;

    private static readonly Column<OutputChunkRow> DeviceId = Column<OutputChunkRow>.OfText("device_id", c => c.DeviceId);
    private static readonly Column<OutputChunkRow> CommandId = Column<OutputChunkRow>.OfText("command_id", c => c.CommandId);
    private static readonly Column<OutputChunkRow> Attempt = Column<OutputChunkRow>.OfNumber("attempt", c => c.Attempt);
    private static readonly Column<OutputChunkRow> Chunk = Column<OutputChunkRow>.OfNumber("chunk", c => c.Chunk);
    private static readonly Column<OutputChunkRow> Start = Column<OutputChunkRow>.OfNumber("start_offset", c => c.Offset);
    private static readonly Column<OutputChunkRow> End = Column<OutputChunkRow>.OfNumber("end_offset", c => c.End);
    private static readonly Column<OutputChunkRow> Text = Column<OutputChunkRow>.OfText("text", c => c.Text);
    private static readonly Column<OutputChunkRow> At = Column<OutputChunkRow>.OfNumber("at", c => c.At.ToUnixTimeMilliseconds());

    public async Task WriteAsync(IReadOnlyCollection<OutputChunkRow> chunks, CancellationToken cancellationToken)
    {
        if (chunks.Count == 0) return;
        var rows = database.Rows(chunks, DeviceId, CommandId, Attempt, Chunk, Start, End, Text, At);
        await database.ExecuteAsync(
            [
                new Statement(
                    $"""
                    insert into command_output (device_id, command_id, attempt, chunk, start_offset, end_offset, text, at)
                    select r.device_id, r.command_id, r.attempt, r.chunk, r.start_offset, r.end_offset, r.text, r.at from {rows.Source}
                    where true
                    order by r.device_id, r.command_id, r.attempt, r.chunk
                    on conflict (device_id, command_id, attempt, chunk) do nothing
                    """,
                    rows.Parameters),
            ],
            Repeat.Safe,
            cancellationToken);
    }

    public async Task<OutputEnd?> FindEndAsync(string deviceId, string commandId, int attempt, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement(
                """
                select max(chunk), max(end_offset) from command_output
                where device_id = @device and command_id = @command and attempt = @attempt
                """,
                ("device", deviceId), ("command", commandId), ("attempt", attempt)),
            row => row.IsDBNull(0) ? null : new OutputEnd((int)row.GetInt64(0), row.GetInt64(1)),
            cancellationToken))[0];

    public async Task<OutputPage> ReadAsync(
        string deviceId, string commandId, int attempt, long offset, int limit, CancellationToken cancellationToken)
    {
        var end = await FindEndAsync(deviceId, commandId, attempt, cancellationToken);
        var page = new OutputPageBuilder(offset, limit);
        for (var after = -1; end is not null && !page.IsFull;)
        {
            var batch = await ChunksAsync(deviceId, commandId, attempt, page.Next, after, cancellationToken);
            foreach (var chunk in batch) page.Add(chunk.Offset, chunk.Text);
            if (batch.Count < Batch) break;
            after = batch[^1].Chunk;
        }

        return page.Build(end?.Offset > OutputLimits.Kept);
    }

    private Task<List<(int Chunk, long Offset, string Text)>> ChunksAsync(
        string deviceId, string commandId, int attempt, long offset, int after, CancellationToken cancellationToken) =>
        database.QueryAsync(
            new Statement(
                """
                select chunk, start_offset, text from command_output
                where device_id = @device and command_id = @command and attempt = @attempt and chunk > @after and end_offset > @offset
                order by chunk limit @limit
                """,
                ("device", deviceId), ("command", commandId), ("attempt", attempt), ("after", after), ("offset", offset), ("limit", Batch)),
            row => ((int)row.GetInt64(0), row.GetInt64(1), row.GetString(2)),
            cancellationToken);
}
