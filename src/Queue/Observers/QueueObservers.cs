using System.Text.Json;
using Gateway.Core.Queue;
using Microsoft.Extensions.Logging;

namespace Gateway.Queue.Observers;

/// <summary>Tells those who want to know. One that fails spoils nothing for the others, nor for the commit that it learns of.</summary>
/// <param name="heads">Found at first use: who observes the queue usually works with it, too.</param>
/// <param name="events">Likewise.</param>
/// <param name="live">Likewise.</param>
/// <param name="logger">For what an observer throws.</param>
internal sealed class QueueObservers(
    Lazy<IReadOnlyList<IHeadObserver>> heads,
    Lazy<IReadOnlyList<IQueueEventObserver>> events,
    Lazy<IReadOnlyList<ILiveObserver>> live,
    ILogger<QueueObservers> logger)
{
    public void Seen(string deviceId, QueueHead head)
    {
        foreach (var observer in heads.Value) Tell(observer, (deviceId, head), static (o, told) => o.OnSeen(told.deviceId, told.head));
    }

    public void Committed(string deviceId, IReadOnlyList<QueueEvent> told, long through, QueueHead? head)
    {
        foreach (var observer in events.Value)
            Tell(observer, (deviceId, told, through, head), static (o, news) => o.OnCommitted(news.deviceId, news.told, news.through, news.head));
    }

    public void Live(string deviceId, string kind, JsonElement data)
    {
        foreach (var observer in live.Value) Tell(observer, (deviceId, kind, data), static (o, told) => o.OnLive(told.deviceId, told.kind, told.data));
    }

    private void Tell<TObserver, TTold>(TObserver observer, TTold told, Action<TObserver, TTold> tell)
        where TObserver : notnull
    {
        try
        {
            tell(observer, told);
        }
        catch (Exception e)
        {
            QueueLog.ObserverFailed(logger, observer.GetType().Name, e);
        }
    }
}
