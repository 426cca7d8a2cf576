using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Agent.Files;
using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Work;

/// <summary>
/// The last word on each claim that the gateway has not taken yet, a result or that it is given back: one file per claim, written before the first
/// attempt to send it and deleted when the gateway has given a definite answer, so that no crash in between loses one. Thread-safe.
/// </summary>
internal sealed class Outbox(string folder, WorkStatus status, ILogger log)
{
    private readonly ConcurrentDictionary<ClaimKey, OutboxEntry> entries = new();

    public int Count => entries.Count;

    /// <summary>What waits: what is given back, in the order in which it is to run, for it may be handed out at once; then results, oldest first.</summary>
    public IReadOnlyList<OutboxEntry> Waiting =>
    [
        .. entries.Values.OrderBy(entry => entry.Result?.ExecutedAt, StringComparer.Ordinal).ThenBy(entry => entry.CommandId, StringComparer.Ordinal),
    ];

    public bool Contains(ClaimKey key) => entries.ContainsKey(key);

    /// <summary>Reads what an earlier run of the agent left.</summary>
    public void Open()
    {
        PrivateFile.CreateFolder(folder);
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            if (path.EndsWith(PrivateFile.TemporarySuffix, StringComparison.Ordinal)) File.Delete(path);
            else if (TryRead(path) is { } entry) entries[entry.Key] = entry;
            else WorkLog.UnreadableResult(log, path);
        }

        if (!entries.IsEmpty) WorkLog.ResultsLeft(log, entries.Count);
    }

    /// <summary>Keeps a result; where the disk does not take it, in memory, and the agent's status says so.</summary>
    public void Put(OutboxEntry entry)
    {
        try
        {
            PrivateFile.Write(PathOf(entry.Key), JsonSerializer.SerializeToUtf8Bytes(entry, WorkJson.Default.OutboxEntry));
            status.OutboxFault = null;
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            status.OutboxFault = $"results cannot be kept on disk: {denied.Message}";
            WorkLog.NotKept(log, entry.CommandId, denied.Message);
        }

        // Not before: what is here may be sent, and its file deleted, at once.
        entries[entry.Key] = entry;
    }

    public void Remove(ClaimKey key)
    {
        entries.TryRemove(key, out _);
        try
        {
            File.Delete(PathOf(key));
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            // Sent once more after the next start: the gateway answers the same result the same way.
        }
    }

    private string PathOf(ClaimKey key) => Path.Combine(folder, key.FileName);

    private static OutboxEntry? TryRead(string path)
    {
        try
        {
            OutboxEntry? entry = JsonSerializer.Deserialize(PrivateFile.ReadSecret(path), WorkJson.Default.OutboxEntry);
            return entry is { Result: null, Release: null } ? null : entry;
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>A word that waits to be sent: one of the two.</summary>
internal sealed record OutboxEntry(string CommandId, ResultRequest? Result = null, ReleaseRequest? Release = null)
{
    [JsonIgnore]
    public ClaimKey Key => new(CommandId, Result?.ClaimToken ?? Release!.ClaimToken);
}
