namespace Gateway.Agent.Commands;

/// <summary>
/// <c>log_tail</c> {path, lines?: 1..5000 = 100}: the last lines of a file that the allow-list names, at most 256 KiB.
/// Output: the lines.
/// </summary>
/// <param name="allowed">Full paths.</param>
internal sealed class LogTailCommand(IReadOnlyCollection<string> allowed) : ICommand
{
    public string Name => "log_tail";

    public async Task<CommandOutcome> RunAsync(Parameters parameters, CancellationToken cancel)
    {
        string path = parameters.Text("path");
        int lines = parameters.Number("lines", 1, 5_000, otherwise: 100);
        parameters.NoMore();
        // Compared as written: whoever asks must use the name that the allow-list uses, and no ".." leads elsewhere.
        if (!allowed.Contains(path))
        {
            string hint = allowed.Count == 0 ? "no file is" : $"allowed: {string.Join(", ", allowed)}";
            throw new InvalidParameterException("path", $"is not allowed on this device; {hint}");
        }

        try
        {
            return CommandOutcome.Success(await TailAsync(path, lines, cancel));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return CommandOutcome.Failure($"{path} does not exist");
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return CommandOutcome.Failure($"{path} cannot be read by the agent's user");
        }
    }

    private static async Task<string> TailAsync(string path, int lines, CancellationToken cancel)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long length = stream.Length;
        byte[] tail = new byte[Math.Min(length, OutputText.Limit)];
        stream.Seek(-tail.Length, SeekOrigin.End);
        int read = await stream.ReadAtLeastAsync(tail, tail.Length, throwOnEndOfStream: false, cancel);
        return LastLines(tail.AsSpan(0, read), lines, wholeFile: length == tail.Length);
    }

    private static string LastLines(ReadOnlySpan<byte> text, int lines, bool wholeFile)
    {
        int start = text.Length;
        // The line end of the last line ends it and begins no other.
        int end = text is [.., (byte)'\n'] ? text.Length - 1 : text.Length;
        for (int found = 0; found < lines; found++)
        {
            int before = text[..end].LastIndexOf((byte)'\n');
            if (before < 0)
            {
                // What begins in the middle of a line begins in the middle of a character, perhaps: leave that line out.
                return OutputText.Decode(wholeFile ? text : text[start..]);
            }

            start = before + 1;
            end = before;
        }

        return OutputText.Decode(text[start..]);
    }
}
