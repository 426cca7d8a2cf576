using Gateway.Storage.Output;

namespace Gateway.Api.Channels.Output;

/// <summary>How far the output of one attempt has come. Its own lock guards it.</summary>
internal sealed class OutputTrack
{
    private long end;

    /// <summary>The chunk that comes next, if none is lost.</summary>
    public long NextChunk { get; private set; }

    /// <summary>Whether there is as much as is kept.</summary>
    public bool IsFull => end > OutputLimits.Kept;

    /// <summary>When it was last looked for, as a timestamp of the clock.</summary>
    public long TouchedAt { get; set; }

    /// <summary>The part of a chunk that is new and that is kept.</summary>
    public OutputPart Fit(OutputChunk chunk)
    {
        var text = chunk.Text;
        // A device that counts wrongly does not get more kept than others.
        var offset = Math.Max(chunk.Offset, end);
        text = offset - chunk.Offset >= text.Length ? "" : text[(int)(offset - chunk.Offset)..];
        var stop = offset + text.Length;
        if (stop > OutputLimits.Kept)
        {
            var room = (int)Math.Max(0, OutputLimits.Kept - offset);
            if (room > 0 && char.IsHighSurrogate(text[room - 1])) room--;
            text = text[..room];
        }

        return new OutputPart(offset, stop, text);
    }

    /// <summary>What was lost before a part; null: nothing.</summary>
    public OutputGap? GapTo(OutputPart part) => part.Offset > end ? new OutputGap(end, part.Offset) : null;

    /// <summary>A chunk was taken.</summary>
    public void Advance(int chunk, long to) => (NextChunk, end) = (chunk + 1L, Math.Max(end, to));
}

/// <summary>What is kept of a chunk.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="End">Where the chunk ended, kept or not.</param>
/// <param name="Text">The text that is kept.</param>
internal readonly record struct OutputPart(long Offset, long End, string Text);
