using System.Diagnostics;
using System.Diagnostics.Metrics;
using Gateway.Core.Commands;
using Gateway.Core.Queue;

namespace Gateway.Queue;

/// <summary>What is measured of the queues on this replica (docs/metrics.md). Tags are of small sets of our own: never an id.</summary>
internal sealed class QueueMetrics
{
    /// <summary>The meter, and the source of activities.</summary>
    public const string Name = "Gateway.Queue";

    private static readonly ActivitySource Activities = new(Name);

    private readonly Meter meter;
    private readonly Histogram<double> commits;
    private readonly Counter<long> operations;
    private readonly Counter<long> conflicts;
    private readonly Counter<long> accepted;
    private readonly Counter<long> claims;
    private readonly Counter<long> returned;
    private readonly Counter<long> released;
    private readonly Counter<long> ended;
    private readonly Histogram<double> noticeLag;
    private readonly Counter<long> noticesLost;

    /// <summary>Made by the container.</summary>
    public QueueMetrics(IMeterFactory meters)
    {
        meter = meters.Create(Name);
        commits = meter.CreateHistogram<double>(
            "gateway.queue.commit.duration", "s", "How long commits took, by result: saved, unchanged (nothing to save), failed.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15] });
        operations = meter.CreateCounter<long>("gateway.queue.operations", "{operation}", "Operations that were committed; one commit takes those that wait.");
        conflicts = meter.CreateCounter<long>(
            "gateway.queue.conflicts", "{save}", "Saves to be repeated on a fresher head, by reason: refused (another replica was first), unanswered.");
        accepted = meter.CreateCounter<long>("gateway.queue.commands.accepted", "{command}", "Commands that were accepted.");
        claims = meter.CreateCounter<long>("gateway.queue.claims", "{claim}", "Claims that were granted, by way: request, push (over the device's socket).");
        returned = meter.CreateCounter<long>("gateway.queue.claims.returned", "{claim}", "Claims that ended without a word, whose commands wait again.");
        released = meter.CreateCounter<long>("gateway.queue.claims.released", "{claim}", "Claims that devices gave back before they began.");
        ended = meter.CreateCounter<long>("gateway.queue.commands.ended", "{command}", "Commands that ended, by state.");
        noticeLag = meter.CreateHistogram<double>(
            "gateway.notices.lag", "s", "From a notice to another replica until it was published.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15] });
        noticesLost = meter.CreateCounter<long>(
            "gateway.notices.lost", "{notice}", "Notices that did not go out, by reason: full (too many wait), failed (the sidecar or its broker).");
    }

    /// <summary>A commit begins. The traces of all that have an operation in it lead to it.</summary>
    /// <returns>Its activity, to be disposed at its end; null: nobody traces.</returns>
    public static Activity? StartCommit(string deviceId, IReadOnlyList<PendingOperation> batch)
    {
        if (!Activities.HasListeners()) return null;
        var activity = Activities.StartActivity(
            "queue commit",
            ActivityKind.Internal,
            batch[0].CausedBy,
            links: batch.Skip(1).Where(pending => pending.CausedBy != default).Select(pending => new ActivityLink(pending.CausedBy)));
        return activity?.SetTag("gateway.device.id", deviceId).SetTag("gateway.queue.operations", batch.Count);
    }

    /// <summary>A commit went through, or needed no save.</summary>
    public void Committed(TimeSpan duration, int operationCount, QueueStep step)
    {
        commits.Record(duration.TotalSeconds, Tag("result", step.Changed ? "saved" : "unchanged"));
        operations.Add(operationCount);
        if (!step.Changed) return;
        foreach (var e in step.News) Count(e, step.Head);
    }

    /// <summary>A commit did not go through.</summary>
    public void CommitFailed(TimeSpan duration) => commits.Record(duration.TotalSeconds, Tag("result", "failed"));

    /// <summary>A save has to be repeated.</summary>
    public void Conflict(bool isRefused) => conflicts.Add(1, Tag("reason", isRefused ? "refused" : "unanswered"));

    /// <summary>A notice went out.</summary>
    public void Published(TimeSpan lag) => noticeLag.Record(lag.TotalSeconds);

    /// <summary>A notice was dropped, since too many wait.</summary>
    public void NoticeDropped() => noticesLost.Add(1, Tag("reason", "full"));

    /// <summary>Notices could not be published.</summary>
    public void NoticesFailed(int count) => noticesLost.Add(count, Tag("reason", "failed"));

    /// <summary>Shows how far history is behind, as it is when it is asked for.</summary>
    public void ObserveHistory(Func<TimeSpan> lag) => meter.CreateObservableGauge(
        "gateway.history.lag", () => lag().TotalSeconds, "s", "The age of the oldest event of this replica's commits that history does not have; 0 when it has all.");

    private void Count(QueueEvent e, QueueHead head)
    {
        switch (e.Kind)
        {
            case QueueEventKind.Enqueued:
                accepted.Add(1);
                break;
            case QueueEventKind.Claimed:
                claims.Add(1, Tag("way", IsPushed(e, head) ? "push" : "request"));
                break;
            case QueueEventKind.Returned:
                returned.Add(1);
                break;
            case QueueEventKind.Released:
                released.Add(1);
                break;
            case QueueEventKind.Ended:
                ended.Add(1, Tag("state", e.State!.Value.Name()));
                break;
            default:
                break;
        }
    }

    private static bool IsPushed(QueueEvent e, QueueHead head)
    {
        foreach (var entry in head.Claimed)
            if (entry.Id == e.CommandId) return entry.Claim!.Connection is not null;
        return false;
    }

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);
}
