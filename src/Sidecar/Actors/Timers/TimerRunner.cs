using System.Collections.Concurrent;
using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Actors.Timers;

/// <summary>
/// Runs timers (https://docs.dapr.io/developing-applications/building-blocks/actors/actors-timers-reminders/#actor-timers): a
/// callback that fails is not tried again, and those missed while one took long follow at once. They are the sidecar's own, wherever
/// their actors are, and end with its app. Thread-safe.
/// </summary>
internal sealed class TimerRunner : IDisposable
{
    private readonly ConcurrentDictionary<TimerKey, ActorTimer> timers = new();
    private readonly AppActors app;
    private readonly ActorRuntime actors;
    private readonly ILogger logger;
    private readonly DueQueue<ActorTimer> due;
    private readonly DeliveryCount callbacks = new();

    public TimerRunner(AppActors app, ActorRuntime actors, TimeProvider time, ILogger logger)
    {
        this.app = app;
        this.actors = actors;
        this.logger = logger;
        due = new DueQueue<ActorTimer>(time, timer => _ = RunAsync(timer));
    }

    /// <summary>Starts a timer in the place of one of the same name.</summary>
    public void Set(ActorTimer timer)
    {
        Delete(timer.Key);
        timers[timer.Key] = timer;
        due.Set(timer, timer.Tick);
    }

    public void Delete(TimerKey key)
    {
        if (timers.TryRemove(key, out ActorTimer? old)) due.Remove(old);
    }

    /// <summary>Deletes all timers.</summary>
    public void Clear()
    {
        foreach (TimerKey key in timers.Keys) Delete(key);
    }

    /// <summary>Begins no callback any more.</summary>
    public void Stop()
    {
        callbacks.Close();
        due.Dispose();
    }

    public Task WhenIdleAsync() => callbacks.WhenNone;

    public void Dispose() => due.Dispose();

    private bool IsCurrent(ActorTimer timer) => timers.TryGetValue(timer.Key, out ActorTimer? current) && ReferenceEquals(current, timer);

    private async Task RunAsync(ActorTimer timer)
    {
        if (!callbacks.TryEnter()) return;
        try
        {
            if (!IsCurrent(timer)) return;
            if (actors.Hosts.Find(timer.Key.Actor) is { } host)
            {
                ActorCall call = ActorCall.Callback($"method/timer/{timer.Key.Name}", host == app.Host ? timer.Callback : timer.CallbackElsewhere);
                using ActorReply reply = await actors.Table.CallAsync(timer.Key.Actor, call, CancellationToken.None) ?? default;
                if (!reply.Succeeded) ActorLog.TimerFailed(logger, timer.Key.Actor.Type);
            }

            timer.TicksDone++;
            if (timer.Schedule.After(timer.Tick, timer.TicksDone) is { } next)
            {
                timer.Tick = next;
                if (IsCurrent(timer)) due.Set(timer, next);
            }
            else
            {
                timers.TryRemove(new KeyValuePair<TimerKey, ActorTimer>(timer.Key, timer));
            }
        }
        catch (Exception exception)
        {
            // Nobody awaits a callback.
            ActorLog.CallbackFailed(logger, timer.Key.Actor.Type, exception);
        }
        finally
        {
            callbacks.Leave();
        }
    }
}
