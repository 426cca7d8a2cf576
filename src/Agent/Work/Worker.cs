using System.Globalization;
using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Work;

/// <summary>
/// Works on one claimed command: journal, run, outbox. Only what is in the journal runs, and what was in it before does not run again.
/// </summary>
internal sealed class Worker(
    Journal journal, Outbox outbox, ResultSender results, CommandExecutor executor, ClaimKeeper keeper,
    WorkStatus status, TimeProvider time, ILogger log)
{
    /// <param name="stopping">The agent stops and waits no longer: what runs is to end now.</param>
    public async Task WorkAsync(ClaimedCommand command, CancellationToken stopping)
    {
        var key = new ClaimKey(command.Id, command.ClaimToken);
        // Its result is on the way, or it runs: a gateway that repeats its answer gets the one that is coming.
        if (outbox.Contains(key) || !status.TryBegin(key, command.Type)) return;
        try
        {
            DateTimeOffset startedAt = time.GetUtcNow();
            long start = time.GetTimestamp();
            Execution? execution = await RunJournaledAsync(key, command, stopping);
            if (execution is not null)
            {
                TimeSpan took = time.GetElapsedTime(start);
                WorkLog.Finished(log, command.Type, command.Id, execution.Status, took.TotalSeconds);
                results.Post(Result(command, execution, startedAt, took));
            }

            journal.Finish(key);
        }
        finally
        {
            status.End(key);
        }
    }

    private async Task<Execution?> RunJournaledAsync(ClaimKey key, ClaimedCommand command, CancellationToken stopping)
    {
        try
        {
            if (!journal.TryStart(key, command.Type))
            {
                WorkLog.NotRunTwice(log, command.Type, command.Id);
                return Execution.Failure(
                    "the agent was cut off while it ran this command; how far it came is not known, and it is not run twice");
            }
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            status.JournalFault = $"the journal cannot be written: {denied.Message}";
            WorkLog.NotStarted(log, command.Type, command.Id, denied.Message);
            return Execution.Failure("not run: the device cannot write to its disk");
        }

        status.JournalFault = null;
        WorkLog.Started(log, command.Type, command.Id);
        using var dropped = new CancellationTokenSource();
        using var finished = new CancellationTokenSource();
        Task keeping = keeper.KeepAsync(command, dropped, finished.Token);
        try
        {
            return await executor.RunAsync(command.Type, command.Parameters, command.Timeout, stopping, dropped.Token);
        }
        finally
        {
            await finished.CancelAsync();
            try
            {
                await keeping;
            }
            catch (OperationCanceledException)
            {
                // There is nothing left to keep.
            }
        }
    }

    private static OutboxEntry Result(ClaimedCommand command, Execution execution, DateTimeOffset startedAt, TimeSpan took) => new(
        command.Id,
        new ResultRequest(
            command.ClaimToken, execution.Status,
            startedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), (long)took.TotalMilliseconds,
            execution.Output, execution.Error));
}
