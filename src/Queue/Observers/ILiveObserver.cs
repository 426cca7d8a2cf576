using System.Text.Json;

namespace Gateway.Queue.Observers;

/// <summary>Learns of what passes by without being kept in the queue. Register any number as singletons.</summary>
public interface ILiveObserver
{
    /// <summary>Another replica tells of a device. Best effort, in no order. Must not block and should not throw.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="kind"><c>output</c> or <c>status</c>.</param>
    /// <param name="data">What the sender put into the notice.</param>
    void OnLive(string deviceId, string kind, JsonElement data);
}
