namespace Gateway.Storage.Output;

/// <summary>Puts chunks, in their order, together to a page: finds the gaps, and leaves out what another chunk has brought already.</summary>
internal sealed class OutputPageBuilder(long offset, int limit)
{
    private readonly List<OutputPiece> texts = [];
    private readonly List<OutputGap> gaps = [];
    private int left = limit;

    /// <summary>How far the page has come.</summary>
    public long Next { get; private set; } = offset;

    /// <summary>Whether there is text that the page has no room for.</summary>
    public bool IsFull { get; private set; }

    public void Add(long start, string text)
    {
        // A chunk from beyond what is kept has no text, and only says that all before it was kept or lost.
        start = Math.Min(start, OutputLimits.Kept);
        if (IsFull || start + text.Length < Next || (text.Length > 0 && start + text.Length == Next)) return;
        var room = left;
        if (start < Next) (start, text) = (Next, text[(int)(Next - start)..]);
        if (room < text.Length)
        {
            IsFull = true;
            // No character in two.
            if (room > 0 && char.IsHighSurrogate(text[room - 1])) room--;
            if (room == 0) return;
            text = text[..room];
        }

        if (start > Next) gaps.Add(new OutputGap(Next, start));
        if (text.Length > 0) texts.Add(new OutputPiece(start, text));
        Next = start + text.Length;
        left -= text.Length;
    }

    public OutputPage Build(bool isTruncated) => new(texts, gaps, Next, IsFull, isTruncated);
}
