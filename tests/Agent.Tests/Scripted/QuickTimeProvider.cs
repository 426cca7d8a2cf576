namespace Gateway.Agent.Tests.Scripted;

/// <summary>A clock on which pauses are over sooner; the time of day is the real one.</summary>
/// <param name="times">How many times as quick it is.</param>
internal sealed class QuickTimeProvider(int times) : TimeProvider
{
    public override long GetTimestamp() => base.GetTimestamp() * times;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new QuickTimer(base.CreateTimer(callback, state, Quick(dueTime), Quick(period)), this);

    private TimeSpan Quick(TimeSpan time) => time > TimeSpan.Zero ? time / times : time;

    private sealed class QuickTimer(ITimer timer, QuickTimeProvider time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(time.Quick(dueTime), time.Quick(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
