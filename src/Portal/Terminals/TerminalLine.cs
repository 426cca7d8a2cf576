using System.Text;

namespace Gateway.Portal.Terminals;

/// <summary>A line that is being written: at its cursor, which may stand anywhere in it.</summary>
internal sealed class TerminalLine
{
    private readonly StringBuilder text = new();
    private readonly List<TerminalStyle> styles = [];

    /// <summary>Where the next character goes.</summary>
    public int Cursor { get; private set; }

    /// <summary>How many characters it has.</summary>
    public int Length => text.Length;

    /// <summary>Moves the cursor; never before the line.</summary>
    /// <param name="to">From 0; bounded, as a device can ask for anything.</param>
    public void MoveTo(int to) => Cursor = Math.Clamp(to, 0, Math.Max(Length, 1_000));

    /// <summary>Writes one character over what is there.</summary>
    public void Write(char character, TerminalStyle style)
    {
        while (Length < Cursor) Append(' ', default);
        if (Cursor == Length)
        {
            Append(character, style);
        }
        else
        {
            text[Cursor] = character;
            styles[Cursor] = style;
        }

        Cursor++;
    }

    /// <summary>ECMA-48's "erase in line": 0 from the cursor on, 1 up to it, 2 all.</summary>
    public void Erase(int what)
    {
        var end = what == 0 ? Cursor : Length;
        for (var i = 0; what != 0 && i < end && (what == 2 || i <= Cursor); i++)
        {
            text[i] = ' ';
            styles[i] = default;
        }

        if (what == 1 || Cursor >= Length) return;
        text.Length = Cursor;
        styles.RemoveRange(Cursor, styles.Count - Cursor);
    }

    /// <summary>Drops its beginning.</summary>
    public void DropFirst(int count)
    {
        text.Remove(0, count);
        styles.RemoveRange(0, count);
        Cursor = Math.Max(0, Cursor - count);
    }

    /// <summary>Adds it to runs of equal style.</summary>
    public void AddTo(List<TerminalRun> runs)
    {
        for (var start = 0; start < Length;)
        {
            var end = start + 1;
            while (end < Length && styles[end] == styles[start]) end++;
            runs.Add(new TerminalRun(text.ToString(start, end - start), styles[start].Classes));
            start = end;
        }
    }

    private void Append(char character, TerminalStyle style)
    {
        text.Append(character);
        styles.Add(style);
    }
}
