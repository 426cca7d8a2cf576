namespace Gateway.Storage.Output;

/// <summary>
/// What running commands print, kept beside their history and deleted with it. Offsets count UTF-16 units from the start of an attempt.
/// Throws <see cref="StorageUnavailableException"/> when the store does not answer. Thread-safe.
/// </summary>
public interface ICommandOutput
{
    /// <summary>Writes chunks, many in one statement. A chunk that is there already stays as it is.</summary>
    Task WriteAsync(IReadOnlyCollection<OutputChunkRow> chunks, CancellationToken cancellationToken);

    /// <summary>How far the output of an attempt has come; null: there is none.</summary>
    Task<OutputEnd?> FindEndAsync(string deviceId, string commandId, int attempt, CancellationToken cancellationToken);

    /// <summary>Reads an attempt's output from an offset, with what is missing marked.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="commandId">The command.</param>
    /// <param name="attempt">The how-manieth claim of it, from 1.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="limit">Most text to read, in UTF-16 units, at least 2. No character is cut in two.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<OutputPage> ReadAsync(string deviceId, string commandId, int attempt, long offset, int limit, CancellationToken cancellationToken);
}

/// <summary>A chunk as it is kept.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="CommandId">The command.</param>
/// <param name="Attempt">The how-manieth claim of it, from 1.</param>
/// <param name="Chunk">The how-manieth chunk of the attempt, from 0.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="End">Where it ended when it came, which is beyond its text when that was cut at <see cref="OutputLimits.Kept"/>.</param>
/// <param name="Text">What was printed, as far as it is kept.</param>
/// <param name="At">When it came.</param>
public sealed record OutputChunkRow(
    string DeviceId, string CommandId, int Attempt, int Chunk, long Offset, long End, string Text, DateTimeOffset At);

/// <summary>How far an attempt's output has come.</summary>
/// <param name="Chunk">Its highest chunk.</param>
/// <param name="Offset">Where that of its chunks that reaches furthest ended; beyond <see cref="OutputLimits.Kept"/>: there was more than is kept.</param>
public sealed record OutputEnd(int Chunk, long Offset);

/// <summary>A part of an attempt's output.</summary>
/// <param name="Texts">The texts, in order.</param>
/// <param name="Gaps">What is missing before and between them, in order.</param>
/// <param name="Next">Where to read on.</param>
/// <param name="HasMore">Whether there is text after it by now.</param>
/// <param name="IsTruncated">Whether the attempt printed more than is kept.</param>
public sealed record OutputPage(
    IReadOnlyList<OutputPiece> Texts, IReadOnlyList<OutputGap> Gaps, long Next, bool HasMore, bool IsTruncated);

/// <summary>A text and where it begins.</summary>
public sealed record OutputPiece(long Offset, string Text);

/// <summary>A stretch of output that was lost on the way.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where what follows begins.</param>
public sealed record OutputGap(long From, long To);

/// <summary>Bounds of output.</summary>
public static class OutputLimits
{
    /// <summary>How much of one attempt's output is kept, from its start, in UTF-16 units: 1 Mi.</summary>
    public const int Kept = 1024 * 1024;
}
