namespace Gateway.Deploy.Tests.Images;

/// <summary>A Dockerfile as far as ours go: one instruction a line (https://docs.docker.com/reference/dockerfile/).</summary>
internal sealed class Dockerfile
{
    private Dockerfile(IReadOnlyList<Stage> stages) => Stages = stages;

    public IReadOnlyList<Stage> Stages { get; }

    /// <summary>What is shipped.</summary>
    public Stage Final => Stages[^1];

    public static Dockerfile Read(string path)
    {
        var stages = new List<Stage>();
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0 && !line.StartsWith('#')))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "FROM") stages.Add(new Stage(words.Skip(1).SkipWhile(IsFlag).First(), words is [.., "AS", var name] ? name : null, []));
            else stages[^1].Instructions.Add(new Instruction(words[0], [.. words.Skip(1)]));
        }

        return new Dockerfile(stages);
    }

    private static bool IsFlag(string word) => word.StartsWith("--", StringComparison.Ordinal);

    internal sealed record Stage(string Image, string? Name, List<Instruction> Instructions)
    {
        public IEnumerable<Instruction> All(string keyword) => Instructions.Where(instruction => instruction.Keyword == keyword);
    }

    internal sealed record Instruction(string Keyword, IReadOnlyList<string> Words)
    {
        public string Text => string.Join(' ', Words);

        /// <summary>Of a COPY: the stage that it copies from; null: the build context.</summary>
        public string? From => Words.FirstOrDefault(word => word.StartsWith("--from=", StringComparison.Ordinal))?["--from=".Length..];

        /// <summary>Of a COPY: what it copies.</summary>
        public IEnumerable<string> Sources => Words.Where(word => !IsFlag(word)).SkipLast(1);
    }
}
