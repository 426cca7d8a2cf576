namespace Gateway.Agent.Commands;

/// <summary>Keeps the last line that is not blank of a stream, at most 200 bytes of it: the part of an error that says most.</summary>
internal sealed class LastLine
{
    private const int Longest = 200;

    private readonly Lock gate = new();
    private readonly List<byte> line = [];
    private string last = "";

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            foreach (byte one in bytes)
            {
                if (one is (byte)'\n') End();
                else if (line.Count < Longest) line.Add(one);
            }
        }
    }

    public override string ToString()
    {
        lock (gate)
        {
            End();
            return last;
        }
    }

    private void End()
    {
        string text = OutputText.Decode(line.ToArray()).Trim();
        if (text.Length > 0) last = text;
        line.Clear();
    }
}
