using System.Globalization;
using Gateway.Portal.Api;
using Gateway.Portal.Live;

namespace Gateway.Portal.Terminals;

/// <summary>
/// What one command has printed, put together from what is kept and what comes live. Pieces may overlap or come twice; a hole is asked for
/// again, and what is lost for good is marked. Not thread-safe.
/// </summary>
internal sealed class CommandOutput
{
    /// <summary>Most text that a page holds, in UTF-16 units as it is shown; the beginning goes first.</summary>
    public const int Capacity = 256 * 1024;

    private TerminalText text = new(Capacity);
    private bool isTruncated;

    /// <summary>Where what comes next begins, in UTF-16 units of all that was printed.</summary>
    public long Next { get; private set; }

    /// <summary>A piece is missing: read what is kept, from <see cref="Next"/> on.</summary>
    public bool HasHole { get; private set; }

    /// <summary>Whether what is kept was read already.</summary>
    public bool IsRead { get; private set; }

    /// <summary>The claim that it belongs to; each prints from the beginning.</summary>
    public int Attempt { get; private set; }

    /// <summary>What is shown.</summary>
    public TerminalView View() => new(text.Blocks(), isTruncated, text.IsCut);

    /// <summary>Takes a live piece; false: it changed nothing that is shown.</summary>
    public bool Take(LiveOutput piece)
    {
        if (piece.Attempt < Attempt) return false;
        Begin(piece.Attempt);
        if (piece.Offset > Next || !IsRead)
        {
            HasHole = true;
            return false;
        }

        return Append(piece.Offset, piece.Text);
    }

    /// <summary>Takes what is kept.</summary>
    public void Take(OutputPart part)
    {
        if (part.Attempt < Attempt) return;
        Begin(part.Attempt);
        IsRead = true;
        HasHole = false;
        isTruncated = part.Truncated;
        foreach (var piece in part.Chunks ?? [])
        {
            if (piece.Offset > Next)
            {
                text.Print(string.Create(CultureInfo.InvariantCulture, $"\n⋯ {piece.Offset - Next} characters were lost ⋯\n"));
                Next = piece.Offset;
            }

            Append(piece.Offset, piece.Text);
        }

        Next = Math.Max(Next, part.Next);
    }

    private bool Append(long offset, string piece)
    {
        var known = (int)Math.Min(Next - offset, piece.Length);
        if (known == piece.Length) return false;
        text.Print(piece.AsSpan(known));
        Next = offset + piece.Length;
        return true;
    }

    private void Begin(int attempt)
    {
        if (attempt == Attempt) return;
        Attempt = attempt;
        text = new TerminalText(Capacity);
        Next = 0;
        isTruncated = false;
    }
}
