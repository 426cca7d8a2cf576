using System.Diagnostics;
using System.Diagnostics.Metrics;
using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Queue.Commits;
using Microsoft.Extensions.Logging;

namespace Gateway.Queue;

/// <summary>
/// What is measured of the queues on this replica (docs/metrics.md). Tags are of small sets of our own: never an id. Who listens runs within the call,
/// and what a listener throws stays here: a commit, and the line of its device, must not depend on who measures.
/// </summary>
internal sealed class QueueMetrics
{
    /// <summary>The meter, and the source of activities.</summary>
    public const string Name = "Gateway.Queue";

    private static readonly ActivitySource Activities = new(Name);

    private readonly ILogger<QueueMetrics> logger;
    private readonly Episode failing = new();
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
    public QueueMetrics(IMeterFactory meters, ILogger<QueueMetrics> logger)
    {
        this.logger = logger;
        meter = meters.Create(Name);
        commits = meter.CreateHistogram<double>(
            "gateway.queue.commit.duration", "s", "How long commits took, by result: saved, unchanged (nothing to save), failed.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15] });
        operations = meter.CreateCounter<long>("gateway.queue.operations", "{operation}", "Operations, by result: committed, failed. One commit takes those that wait.");
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
        Tell(0, static (to, _) => to.BeginAtZero());
    }

    /// <summary>A commit begins. The traces of all that have an operation in it lead to it.</summary>
    /// <returns>Its activity, for <see cref="EndCommit"/>; null: nobody traces.</returns>
    public Activity? StartCommit(string deviceId, IReadOnlyList<PendingOperation> batch)
    {
        if (!Activities.HasListeners()) return null;
        try
        {
            // What has no cause must not be given the one of the commit before, in whose flow this one runs.
            if (batch[0].CausedBy == default) Activity.Current = null;
            return Activities.StartActivity(
                "queue commit",
                ActivityKind.Internal,
                batch[0].CausedBy,
                links: batch.Skip(1).Where(pending => pending.CausedBy != default).Select(pending => new ActivityLink(pending.CausedBy)))
                ?.SetTag("gateway.device.id", deviceId).SetTag("gateway.queue.operations", batch.Count);
        }
        catch (Exception e)
        {
            Failed(e);
            return null;
        }
    }

    /// <summary>A commit has ended, well or not.</summary>
    public void EndCommit(Activity? activity) => Tell(activity, static (_, it) => it?.Dispose());

    /// <summary>A commit went through, or needed no save.</summary>
    public void Committed(TimeSpan duration, int operationCount, QueueStep step) => Tell((duration, operationCount, step), static (to, commit) =>
    {
        to.commits.Record(commit.duration.TotalSeconds, Tag("result", commit.step.Changed ? "saved" : "unchanged"));
        to.operations.Add(commit.operationCount, Tag("result", "committed"));
        if (!commit.step.Changed) return;
        foreach (var e in commit.step.News) to.Count(e, commit.step.Head);
    });

    /// <summary>A commit did not go through.</summary>
    public void CommitFailed(TimeSpan duration, int operationCount) => Tell((duration, operationCount), static (to, commit) =>
    {
        to.commits.Record(commit.duration.TotalSeconds, Tag("result", "failed"));
        to.operations.Add(commit.operationCount, Tag("result", "failed"));
    });

    /// <summary>A save has to be repeated.</summary>
    public void Conflict(bool isRefused) => Tell(isRefused, static (to, refused) => to.conflicts.Add(1, Tag("reason", refused ? "refused" : "unanswered")));

    /// <summary>A notice went out.</summary>
    public void Published(TimeSpan lag) => Tell(lag, static (to, took) => to.noticeLag.Record(took.TotalSeconds));

    /// <summary>A notice was dropped, since too many wait.</summary>
    public void NoticeDropped() => Tell(1, static (to, count) => to.noticesLost.Add(count, Tag("reason", "full")));

    /// <summary>Notices could not be published.</summary>
    public void NoticesFailed(int count) => Tell(count, static (to, lost) => to.noticesLost.Add(lost, Tag("reason", "failed")));

    /// <summary>Shows how far history is behind, as it is when it is asked for.</summary>
    public void ObserveHistory(Func<TimeSpan> lag) => meter.CreateObservableGauge(
        "gateway.history.lag", () => lag().TotalSeconds, "s", "The age of the oldest event of this replica's commits that history does not have; 0 when it has all.");

    /// <summary>So that the first of each is seen as a rise: what is not there before it happens is no rate (docs/metrics.md, "Worth an alert").</summary>
    private void BeginAtZero()
    {
        foreach (var counter in new[] { accepted, returned, released }) counter.Add(0);
        foreach (var result in new[] { "committed", "failed" }) operations.Add(0, Tag("result", result));
        foreach (var reason in new[] { "refused", "unanswered" }) conflicts.Add(0, Tag("reason", reason));
        foreach (var way in new[] { "request", "push" }) claims.Add(0, Tag("way", way));
        foreach (var reason in new[] { "full", "failed" }) noticesLost.Add(0, Tag("reason", reason));
        foreach (var state in Enum.GetValues<CommandState>().Where(state => state.IsTerminal())) ended.Add(0, Tag("state", state.Name()));
    }

    private void Tell<T>(T what, Action<QueueMetrics, T> tell)
    {
        try
        {
            tell(this, what);
        }
        catch (Exception e)
        {
            Failed(e);
        }
    }

    private void Failed(Exception problem)
    {
        if (failing.Began()) QueueLog.ListenerFailed(logger, problem);
    }

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
