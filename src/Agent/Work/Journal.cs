using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Agent.Files;

namespace Gateway.Agent.Work;

/// <summary>
/// What waits for its turn, and what was started and is not finished, on disk: one file per claim, written before the command waits or runs and
/// deleted when its result is safe. A file that is found at start is a command that a crash cut off. One that had started is never run again under
/// the same claim token; claimed again under a new one, by the gateway's decision, it may run. Thread-safe for different claims.
/// </summary>
internal sealed class Journal(string folder, TimeProvider time)
{
    /// <summary>No claim lives as long as this: older files say nothing that could still matter.</summary>
    private static readonly TimeSpan Forget = TimeSpan.FromDays(7);

    /// <summary>Cleans up, and tells what was cut off.</summary>
    /// <param name="finished">Whether a claim's result is already safe, so that only the deleting was cut off.</param>
    public IReadOnlyList<JournalEntry> Open(Func<ClaimKey, bool> finished)
    {
        PrivateFile.CreateFolder(folder);
        var interrupted = new List<JournalEntry>();
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            JournalEntry? entry = TryRead(path);
            if (entry is null || finished(entry.Key) || time.GetUtcNow() - entry.StartedAt > Forget) File.Delete(path);
            else interrupted.Add(entry);
        }

        return interrupted;
    }

    /// <summary>Writes down that a command waits; where the disk does not take it, a crash will leave it to the claim's end.</summary>
    public void Wait(ClaimKey key, string type)
    {
        try
        {
            if (!File.Exists(PathOf(key))) Write(new JournalEntry(key.CommandId, key.ClaimToken, type, time.GetUtcNow()) { HasNotBegun = true });
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            // It cannot start either while it is so.
        }
    }

    /// <summary>Writes down that a command starts.</summary>
    /// <returns>False when it had started under this claim before.</returns>
    /// <exception cref="IOException">The disk does not take it: the command must not run.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public bool TryStart(ClaimKey key, string type)
    {
        string path = PathOf(key);
        if (File.Exists(path) && TryRead(path) is not { HasNotBegun: true }) return false;
        Write(new JournalEntry(key.CommandId, key.ClaimToken, type, time.GetUtcNow()));
        return true;
    }

    public void Finish(ClaimKey key)
    {
        try
        {
            File.Delete(PathOf(key));
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            // A disk that takes no change. The file goes at the next start; until then it only keeps the claim from running again.
        }
    }

    private void Write(JournalEntry entry) =>
        PrivateFile.Write(PathOf(entry.Key), JsonSerializer.SerializeToUtf8Bytes(entry, WorkJson.Default.JournalEntry));

    private string PathOf(ClaimKey key) => Path.Combine(folder, key.FileName);

    private static JournalEntry? TryRead(string path)
    {
        if (path.EndsWith(PrivateFile.TemporarySuffix, StringComparison.Ordinal)) return null;
        try
        {
            return JsonSerializer.Deserialize(PrivateFile.ReadSecret(path), WorkJson.Default.JournalEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record JournalEntry(string CommandId, string ClaimToken, string Type, DateTimeOffset StartedAt)
{
    /// <summary>It waited for its turn.</summary>
    public bool HasNotBegun { get; init; }

    [JsonIgnore]
    public ClaimKey Key => new(CommandId, ClaimToken);
}
