using System.Text;

namespace Gateway.Portal.Terminals;

/// <summary>
/// What a terminal shows of what was printed. It knows what programs use that print to a log or a line of progress (ECMA-48): colours, carriage
/// return, backspace, erasing and moving within the line. Other sequences and controls leave no trace, and no line above the last is changed,
/// so that what is above is final. Not thread-safe.
/// </summary>
/// <param name="capacity">Most characters that are kept; the oldest lines go first.</param>
internal sealed class TerminalText(int capacity)
{
    /// <summary>A block is done at so many lines or characters.</summary>
    private const int BlockLines = 50, BlockLength = 16 * 1024;

    private const int MaxParameters = 64;

    private readonly List<TerminalBlock> done = [];
    private readonly List<TerminalRun> open = [];
    private readonly StringBuilder parameters = new();
    private TerminalLine line = new();
    private TerminalStyle style;
    private State state;
    private int doneLength, openLength, openLines;
    private long number;

    private enum State
    {
        Text,
        Escape,
        Skip,
        Sequence,
        String,
        StringEscape,
    }

    /// <summary>The beginning was dropped.</summary>
    public bool IsCut { get; private set; }

    /// <summary>A whole text, as it would be shown.</summary>
    public static IReadOnlyList<TerminalBlock> Of(string text)
    {
        var terminal = new TerminalText(int.MaxValue);
        terminal.Print(text);
        return terminal.Blocks();
    }

    /// <summary>Prints on.</summary>
    public void Print(ReadOnlySpan<char> text)
    {
        foreach (var character in text) Print(character);
        Bound();
    }

    /// <summary>What is shown, in order. A block that is not the last stays the same object.</summary>
    public IReadOnlyList<TerminalBlock> Blocks()
    {
        List<TerminalRun> runs = [.. open];
        line.AddTo(runs);
        return runs.Count == 0 ? [.. done] : [.. done, new TerminalBlock(number, Merge(runs))];
    }

    private void Print(char character)
    {
        switch (state)
        {
            case State.Text:
                Write(character);
                break;
            case State.Escape:
                parameters.Clear();
                state = character switch
                {
                    '[' => State.Sequence,
                    ']' or 'P' or 'X' or '^' or '_' => State.String,
                    // One more character follows, for example the name of a character set.
                    >= ' ' and <= '/' => State.Skip,
                    _ => State.Text,
                };
                break;
            case State.Skip:
                state = State.Text;
                break;
            case State.Sequence when character is >= '@' and <= '~':
                state = State.Text;
                Control(character);
                break;
            case State.Sequence when character < ' ':
                // It was none after all.
                state = State.Text;
                Write(character);
                break;
            case State.Sequence:
                if (parameters.Length < MaxParameters) parameters.Append(character);
                break;
            case State.String:
                // Titles and links end with BEL or ST; a line's end was never theirs.
                state = character switch { '\a' or '\n' => State.Text, '\e' => State.StringEscape, _ => State.String };
                break;
            case State.StringEscape:
                state = State.Text;
                break;
        }
    }

    private void Write(char character)
    {
        switch (character)
        {
            case '\n' or '\v' or '\f':
                EndLine();
                break;
            case '\r':
                line.MoveTo(0);
                break;
            case '\b':
                line.MoveTo(line.Cursor - 1);
                break;
            case '\e':
                state = State.Escape;
                break;
            case '\t' or (>= ' ' and not (>= '\x7f' and <= '\x9f')):
                line.Write(character, style);
                break;
        }
    }

    private void Control(char final)
    {
        // Separators alone make one parameter more than there are characters.
        Span<int> codes = stackalloc int[MaxParameters + 1];
        var count = 0;
        if (parameters.Length > 0)
        {
            // Sub-parameters come with colons; what is no number is 0, which is what an absent one means.
            foreach (var part in parameters.ToString().Split(';', ':')) codes[count++] = int.TryParse(part, out var code) ? Math.Clamp(code, 0, 1_000_000) : 0;
        }

        var first = count == 0 ? 0 : codes[0];
        switch (final)
        {
            case 'm':
                style = style.With(codes[..count]);
                break;
            case 'K':
                line.Erase(first);
                break;
            case 'G':
                line.MoveTo(first - 1);
                break;
            case 'C':
                line.MoveTo(line.Cursor + Math.Max(1, first));
                break;
            case 'D':
                line.MoveTo(line.Cursor - Math.Max(1, first));
                break;
        }
    }

    private void EndLine()
    {
        line.AddTo(open);
        open.Add(TerminalRun.LineEnd);
        openLength += line.Length + 1;
        openLines++;
        line = new TerminalLine();
        if (openLines < BlockLines && openLength < BlockLength) return;
        done.Add(new TerminalBlock(number++, Merge(open)));
        doneLength += done[^1].Length;
        open.Clear();
        openLength = openLines = 0;
    }

    private void Bound()
    {
        var first = 0;
        while (first < done.Count && doneLength + openLength + line.Length > capacity) doneLength -= done[first++].Length;
        done.RemoveRange(0, first);
        var over = line.Length - capacity;
        if (over > 0) line.DropFirst(over);
        IsCut |= first > 0 || over > 0;
    }

    /// <summary>One run for what looks the same, over lines: pages are made of few pieces.</summary>
    private static List<TerminalRun> Merge(List<TerminalRun> runs)
    {
        var merged = new List<TerminalRun>();
        var text = new StringBuilder();
        for (var i = 0; i < runs.Count; i++)
        {
            text.Append(runs[i].Text);
            if (i + 1 < runs.Count && runs[i + 1].Classes == runs[i].Classes) continue;
            merged.Add(runs[i] with { Text = text.ToString() });
            text.Clear();
        }

        return merged;
    }
}
