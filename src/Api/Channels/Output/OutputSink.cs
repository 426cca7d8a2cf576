using System.Collections.Concurrent;
using Gateway.Core.Queue;
using Gateway.Queue;
using Gateway.Storage.Output;

namespace Gateway.Api.Channels.Output;

/// <summary>
/// Checks output against the claim in the head, which costs nothing in steady traffic, and hands it on: to who watches at once, to the relational
/// store once a second. The head is never saved for it.
/// </summary>
internal sealed class OutputSink(ICommandQueue queue, ICommandOutput stored, OutputBatcher batcher, LiveOutput live, TimeProvider time) : IOutputSink
{
    /// <summary>How old the head may be that shows a claim; one that does not show it is read again.</summary>
    private static readonly TimeSpan HeadAge = TimeSpan.FromSeconds(10);

    /// <summary>How long an attempt is remembered that prints nothing: longer than a claim lasts without being extended.</summary>
    private static readonly TimeSpan Forget = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(string DeviceId, string CommandId, int Attempt), OutputTrack> tracks = new();
    private long cleanedAt = time.GetTimestamp();

    /// <inheritdoc />
    public async ValueTask<OutputOutcome> AcceptAsync(string deviceId, OutputChunk chunk, CancellationToken cancellationToken)
    {
        var head = await queue.ReadHeadAsync(deviceId, HeadAge, cancellationToken);
        if (FindClaimed(head, chunk) is null) head = await queue.ReadHeadAsync(deviceId, TimeSpan.Zero, cancellationToken);
        if (FindClaimed(head, chunk) is not { } command) return OutputOutcome.StaleClaim;

        var track = await TrackAsync(deviceId, command, chunk, cancellationToken);
        lock (track)
        {
            track.TouchedAt = time.GetTimestamp();
            if (chunk.Chunk < track.NextChunk || track.IsFull) return track.IsFull ? OutputOutcome.Truncated : OutputOutcome.Accepted;
            var part = track.Fit(chunk);
            var row = new OutputChunkRow(deviceId, command.Id, command.Attempt, chunk.Chunk, part.Offset, part.End, part.Text, time.GetUtcNow());
            if (!batcher.TryAdd(row)) throw new QueueUnavailableException("As much output waits to be written as may.");
            live.Publish(deviceId, head.Watchers, new LiveOutputChunk(command.Id, command.Attempt, chunk.Chunk, part.Offset, part.Text, track.GapTo(part)));
            track.Advance(chunk.Chunk, part.End);
            return track.IsFull ? OutputOutcome.Truncated : OutputOutcome.Accepted;
        }
    }

    private QueueEntry? FindClaimed(QueueHead head, OutputChunk chunk)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var entry in head.Claimed)
        {
            if (entry.Id == chunk.CommandId) return entry.Claim!.Token == chunk.ClaimToken && now < entry.Claim.EndsAt ? entry : null;
        }

        return null;
    }

    /// <summary>How far the attempt has come: remembered, or read when it began on another replica.</summary>
    private async ValueTask<OutputTrack> TrackAsync(string deviceId, QueueEntry command, OutputChunk chunk, CancellationToken cancellationToken)
    {
        var key = (deviceId, command.Id, command.Attempt);
        if (tracks.TryGetValue(key, out var known)) return known;
        Clean();
        var track = new OutputTrack();
        if (chunk.Chunk > 0 && await stored.FindEndAsync(deviceId, command.Id, command.Attempt, cancellationToken) is { } end)
            track.Advance(end.Chunk, end.Offset);
        return tracks.GetOrAdd(key, track);
    }

    private void Clean()
    {
        var now = time.GetTimestamp();
        var last = Volatile.Read(ref cleanedAt);
        if (time.GetElapsedTime(last, now) < Forget || Interlocked.CompareExchange(ref cleanedAt, now, last) != last) return;
        foreach (var (key, track) in tracks)
        {
            long touched;
            lock (track) touched = track.TouchedAt;
            if (time.GetElapsedTime(touched, now) >= Forget) tracks.TryRemove(key, out _);
        }
    }
}
