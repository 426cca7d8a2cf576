using Gateway.Portal.Api;

namespace Gateway.Portal.Nodes.Desk;

/// <summary>
/// Carries a run out: sends each device its task, follows them to their end, cancels what remains when it is told to. How far they are matters while a page looks at the
/// farm, so it asks after each such look, and only for what that did not tell (which task a device works on); all within the budget, a few requests
/// at a time. A request without an answer is made again with the same key.
/// </summary>
internal sealed class RunWorker(OperatorDesk desk, CommandRun run, TimeProvider time)
{
    private const int AtOnce = 4, MostVain = 20;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromSeconds(30);
    private bool isSent, isCancelling;

    /// <summary>Works until every task has ended.</summary>
    public async Task WorkAsync()
    {
        while (!run.IsOver)
        {
            Prepare();
            var due = Due();
            var wait = due.Count > 0 ? desk.Budget.BeforeRunning() : Step;
            run.HeldUntil = due.Count > 0 && wait > TimeSpan.Zero ? time.GetUtcNow() + wait : null;
            run.Tell();
            if (wait > TimeSpan.Zero)
            {
                // A cancelled run has something to do at once.
                await Task.Delay(wait < Step ? wait : Step, time);
                continue;
            }

            for (var more = 1; more < due.Count; more++)
            {
                if (desk.Budget.BeforeRunning() > TimeSpan.Zero) due.RemoveRange(more, due.Count - more);
            }

            await Task.WhenAll(due.Select(ActAsync));
        }

        run.Tell();
    }

    /// <summary>Notes what follows without a request.</summary>
    private void Prepare()
    {
        foreach (var target in run.Targets.Where(target => target.State == RunState.Queued && IsAtWork(target)))
            (target.State, target.Vain) = (RunState.Running, 0);
        if (run.IsCancelled && !isCancelling)
        {
            isCancelling = true;
            foreach (var target in run.Targets)
            {
                if (target is { State: RunState.Unsent, IsInDoubt: false }) target.State = RunState.Cancelled;
                target.NextAt = default;
            }
        }

        // What was sent may have begun already.
        if (!isSent && run.Count(RunState.Unsent) == 0) desk.Wake();
        isSent = run.Count(RunState.Unsent) == 0;
    }

    /// <summary>What is worth a request now, the most useful first.</summary>
    private List<RunTarget> Due()
    {
        var now = time.GetUtcNow();
        return
        [
            .. run.Targets
                .Where(target => !target.IsOver && target.NextAt <= now
                    && (target.State == RunState.Unsent || (run.IsCancelled && !target.IsCancelSent) || IsWorthAsking(target)))
                .OrderBy(target => target.State)
                .ThenBy(target => target.NextAt)
                .Take(AtOnce),
        ];
    }

    /// <summary>Whether the farm was seen since the last request, and does not say that it runs; or cannot be seen any more, which ends the run.</summary>
    private bool IsWorthAsking(RunTarget target) =>
        desk.Farm.Problem is { Kind: ProblemKind.SignedOut } || (desk.Farm.SeenAt is { } seen && seen >= target.NextAt && !IsAtWork(target));

    private bool IsAtWork(RunTarget target) =>
        target.TaskId is { } task && desk.Farm.Value?.Devices.GetValueOrDefault(target.DeviceId)?.CurrentTask == task;

    private Task ActAsync(RunTarget target) =>
        target.State == RunState.Unsent ? SendAsync(target)
        : run.IsCancelled && !target.IsCancelSent ? CancelAsync(target)
        : AskAsync(target);

    private async Task SendAsync(RunTarget target)
    {
        var answer = await desk.Client.RunAsync(target.DeviceId, run.Task, CancellationToken.None);
        if (answer.Value is { } accepted)
        {
            target.TaskId = accepted.TaskId;
            target.IsInDoubt = false;
            Take(target, accepted.Status, null);
        }
        else
        {
            target.IsInDoubt |= answer.Problem is { Code: null };
            Fail(target, answer.Problem!);
        }
    }

    private async Task CancelAsync(RunTarget target)
    {
        var answer = await desk.Client.CancelAsync(target.DeviceId, target.TaskId!, CancellationToken.None);
        if (answer.Value is { } cancelled) Take(target, cancelled.Status, null);
        // It ended meanwhile: the next look tells how.
        else if (answer.Problem is { Kind: ProblemKind.Refused }) (target.IsCancelSent, target.NextAt) = (true, time.GetUtcNow());
        else Fail(target, answer.Problem!);
    }

    private async Task AskAsync(RunTarget target)
    {
        var answer = await desk.Client.TaskAsync(target.DeviceId, target.TaskId!, CancellationToken.None);
        if (answer.Value is { } task) Take(target, task.Status, task.Error);
        else Fail(target, answer.Problem!);
    }

    /// <summary>Takes what the API says.</summary>
    private void Take(RunTarget target, string status, TaskFailure? error)
    {
        var state = status switch
        {
            TaskStates.Queued => RunState.Queued,
            TaskStates.Running => RunState.Running,
            TaskStates.Completed => RunState.Completed,
            TaskStates.Cancelled => RunState.Cancelled,
            _ => RunState.Failed,
        };
        target.Reason = state == RunState.Failed ? error?.Message ?? "It failed." : null;
        target.Vain = state == target.State ? target.Vain + 1 : 0;
        target.State = state;
        target.NextAt = time.GetUtcNow() + Pause(target.Vain);
    }

    /// <summary>Nothing came of a request: it is made again later where that may help.</summary>
    private void Fail(RunTarget target, ApiProblem problem)
    {
        var isLimit = problem.Code == OrchestratorClient.RateLimited;
        var isFinal = problem.Kind != ProblemKind.Unavailable || (!isLimit && ++target.Vain >= MostVain);
        // The queue is full, or the program has no room: waiting would fill the next one.
        if (isFinal || problem.Code == "BIZ_003") (target.State, target.Reason) = (RunState.Failed, problem.Message);
        target.NextAt = time.GetUtcNow() + Pause(target.Vain);
    }

    private static TimeSpan Pause(int vain) =>
        vain == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, Math.Pow(2, Math.Min(vain, 10))));
}
