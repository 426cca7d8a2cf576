using System.Text;

namespace Gateway.Agent.Output;

/// <summary>
/// What one running command has printed and the gateway does not have yet. When it prints faster than is sent, the oldest is dropped and its
/// place stays empty. Thread-safe.
/// </summary>
/// <param name="commandId">The command.</param>
/// <param name="claimToken">The claim under which it runs.</param>
/// <param name="changed">Called when there is something to send, by whoever prints.</param>
internal sealed class OutputFeed(string commandId, string claimToken, Action changed)
{
    /// <summary>Most text that waits, in UTF-16 units.</summary>
    internal const int MostWaiting = 256 * 1024;

    private readonly Lock gate = new();
    private readonly StringBuilder waiting = new();
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long offset;
    private int chunk;
    private OutputPiece? inFlight;
    private bool hasEnded;
    private bool isClosed;

    public string CommandId => commandId;

    public string ClaimToken => claimToken;

    /// <summary>Ends when the command has ended and nothing is left to send.</summary>
    public Task Drained => drained.Task;

    /// <summary>Takes what was printed.</summary>
    public void Print(string text)
    {
        lock (gate)
        {
            if (isClosed) return;
            waiting.Append(text);
            if (waiting.Length > MostWaiting)
            {
                int drop = waiting.Length - MostWaiting;
                if (char.IsLowSurrogate(waiting[drop])) drop++;
                waiting.Remove(0, drop);
                offset += drop;
            }
        }

        changed();
    }

    /// <summary>The piece to send next: the same one until it is <see cref="Taken"/>. Null: there is none.</summary>
    public OutputPiece? Next(int mostBytes)
    {
        lock (gate)
        {
            if (inFlight is not null || waiting.Length == 0) return inFlight;
            string text = Cut(waiting, mostBytes);
            inFlight = new OutputPiece(chunk, offset, text);
            waiting.Remove(0, text.Length);
            offset += text.Length;
            return inFlight;
        }
    }

    /// <summary>The gateway has the piece.</summary>
    public void Taken()
    {
        lock (gate)
        {
            inFlight = null;
            chunk++;
            if (hasEnded && waiting.Length == 0) drained.TrySetResult();
        }
    }

    /// <summary>Nobody wants more of it.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            inFlight = null;
            waiting.Clear();
            drained.TrySetResult();
        }
    }

    /// <summary>The command has ended: there comes no more.</summary>
    public void End()
    {
        lock (gate)
        {
            hasEnded = true;
            if (inFlight is null && waiting.Length == 0) drained.TrySetResult();
        }
    }

    /// <summary>As much of the start as fits, in whole characters; at least one.</summary>
    private static string Cut(StringBuilder text, int mostBytes)
    {
        // No character takes fewer bytes than units.
        string start = text.ToString(0, Math.Min(text.Length, Math.Max(mostBytes, 2)));
        int bytes = 0, units = 0;
        foreach (Rune rune in start.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > mostBytes && units > 0) break;
            units += rune.Utf16SequenceLength;
        }

        // Half a pair at the cut: the other half is still in the builder.
        if (units < text.Length && char.IsHighSurrogate(start[units - 1])) units--;
        return start[..units];
    }
}

/// <summary>A piece of output on its way.</summary>
/// <param name="Chunk">The how-manieth, from 0.</param>
/// <param name="Offset">Where it begins, in UTF-16 units.</param>
internal sealed record OutputPiece(int Chunk, long Offset, string Text);
