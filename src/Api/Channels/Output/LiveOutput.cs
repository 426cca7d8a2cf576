using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core.Queue;
using Gateway.Queue.Notices;
using Gateway.Queue.Observers;
using Gateway.Queue.Replicas;
using Gateway.Storage.Output;

namespace Gateway.Api.Channels.Output;

/// <summary>
/// Shows output to whoever watches the device, on this replica or another, as it comes; best effort. Observers get it as
/// <see cref="LiveOutputChunk"/> in JSON (<see cref="LiveOutputJson"/>), of kind <see cref="Kind"/>.
/// </summary>
/// <param name="replicas">Who this replica is.</param>
/// <param name="notices">The way to others.</param>
/// <param name="observers">Who wants to know here; found at first use, as they may need what is made of this.</param>
internal sealed class LiveOutput(IReplicas replicas, IReplicaNotices notices, Lazy<IEnumerable<ILiveObserver>> observers)
{
    /// <summary>The kind of live notice.</summary>
    public const string Kind = "output";

    /// <summary>Most text in one, in UTF-16 units: escaped it still is of a size that others can take.</summary>
    internal const int MaxText = 16 * 1024;

    /// <summary>Tells the watchers; never waits. A text that is too long for one message goes in several, of the same chunk.</summary>
    public void Publish(string deviceId, IReadOnlyList<ReplicaBoot> watchers, LiveOutputChunk output)
    {
        if (watchers.Count == 0) return;
        for (var at = 0; at == 0 || at < output.Text.Length;)
        {
            var size = Math.Min(MaxText, output.Text.Length - at);
            if (at + size < output.Text.Length && char.IsHighSurrogate(output.Text[at + size - 1])) size--;
            var part = output with { Offset = output.Offset + at, Text = output.Text.Substring(at, size), Gap = at == 0 ? output.Gap : null };
            Tell(deviceId, watchers, JsonSerializer.SerializeToElement(part, LiveOutputJson.Default.LiveOutputChunk));
            if (size == 0) return;
            at += size;
        }
    }

    private void Tell(string deviceId, IReadOnlyList<ReplicaBoot> watchers, JsonElement data)
    {
        var notice = ReplicaNotice.OfLive(deviceId, Kind, data);
        foreach (var watcher in watchers)
        {
            if (watcher != replicas.Self)
            {
                notices.Publish(watcher.Replica, notice);
                continue;
            }

            foreach (var observer in observers.Value) observer.OnLive(deviceId, Kind, data);
        }
    }
}

/// <summary>Output as watchers' replicas are told of it.</summary>
/// <param name="CommandId">The command, as the queue knows it.</param>
/// <param name="Attempt">The how-manieth claim of it, from 1.</param>
/// <param name="Chunk">The how-manieth chunk of the attempt, from 0.</param>
/// <param name="Offset">How much was printed before it, in UTF-16 units.</param>
/// <param name="Text">What was printed.</param>
/// <param name="Gap">What was lost right before it; null: nothing.</param>
internal sealed record LiveOutputChunk(string CommandId, int Attempt, int Chunk, long Offset, string Text, OutputGap? Gap);

/// <summary>How <see cref="LiveOutputChunk"/> goes from replica to replica.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LiveOutputChunk))]
internal sealed partial class LiveOutputJson : JsonSerializerContext;
