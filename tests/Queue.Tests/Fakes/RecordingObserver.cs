using System.Text.Json;
using Gateway.Core.Queue;
using Gateway.Queue.Observers;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>Notes what it is told.</summary>
internal sealed class RecordingObserver : IHeadObserver, IQueueEventObserver, ILiveObserver
{
    private readonly List<(string DeviceId, QueueHead Head)> heads = [];
    private readonly List<(string DeviceId, IReadOnlyList<QueueEvent> Events, long Through, bool HasHead)> news = [];

    public IReadOnlyList<(string DeviceId, QueueHead Head)> Heads
    {
        get { lock (heads) return [.. heads]; }
    }

    public IReadOnlyList<(string DeviceId, IReadOnlyList<QueueEvent> Events, long Through, bool HasHead)> News
    {
        get { lock (news) return [.. news]; }
    }

    public List<(string DeviceId, string Kind, string Data)> Passed { get; } = [];

    /// <summary>What every call throws; null: nothing.</summary>
    public Exception? Error { get; set; }

    /// <summary>The connection that the last head of a device names.</summary>
    public string? ConnectionOf(string deviceId) => Heads.LastOrDefault(seen => seen.DeviceId == deviceId).Head?.Channel?.Connection;

    public void OnSeen(string deviceId, QueueHead head)
    {
        lock (heads) heads.Add((deviceId, head));
        if (Error is not null) throw Error;
    }

    public void OnCommitted(string deviceId, IReadOnlyList<QueueEvent> events, long through, QueueHead? head)
    {
        lock (news) news.Add((deviceId, events, through, head is not null));
        if (Error is not null) throw Error;
    }

    public void OnLive(string deviceId, string kind, JsonElement data) => Passed.Add((deviceId, kind, data.GetRawText()));
}
