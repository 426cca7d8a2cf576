namespace Gateway.Portal.Terminals;

/// <summary>What a page shows of a command's output.</summary>
/// <param name="Blocks">The text.</param>
/// <param name="IsTruncated">The device printed more than is kept.</param>
/// <param name="IsCut">The beginning is not shown.</param>
public sealed record TerminalView(IReadOnlyList<TerminalBlock> Blocks, bool IsTruncated = false, bool IsCut = false);

/// <summary>Some lines of a terminal, never changed.</summary>
/// <param name="Number">Counts from 0: the same block later has the same number.</param>
/// <param name="Runs">Its text.</param>
public sealed record TerminalBlock(long Number, IReadOnlyList<TerminalRun> Runs)
{
    /// <summary>How many characters it has.</summary>
    public int Length { get; } = Runs.Sum(run => run.Text.Length);
}

/// <summary>Text of one look.</summary>
/// <param name="Text">The text; lines end with LF.</param>
/// <param name="Classes">Of wwwroot/terminal.css; empty: none.</param>
public readonly record struct TerminalRun(string Text, string Classes)
{
    /// <summary>Between two lines.</summary>
    public static TerminalRun LineEnd { get; } = new("\n", "");
}
