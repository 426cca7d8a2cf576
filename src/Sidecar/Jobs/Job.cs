using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Jobs;

/// <summary>A job and how far it is.</summary>
internal sealed class Job(JobKey key, JobDefinition definition, JobSchedule schedule, DateTimeOffset tick) : ScheduledItem<JobKey>(key, tick)
{
    public JobDefinition Definition { get; } = definition;

    public JobSchedule Schedule { get; } = schedule;

    public override DateTimeOffset? Next() => Schedule.After(Tick, TicksDone);

    /// <remarks>From the time the tick was due at, so that a late one uses up its attempts at once.</remarks>
    public override DateTimeOffset? Retry() =>
        Definition.FailurePolicy is { Interval: { } interval } policy && !(Attempts > policy.MaxRetries) ? Tick + (interval * Attempts) : null;
}

/// <summary>What the journal keeps of a job beside its key.</summary>
internal sealed record JobRow(string Definition, DateTimeOffset First, DateTimeOffset? Expires, DateTimeOffset Tick, int TicksDone);
