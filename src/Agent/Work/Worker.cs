using System.Globalization;
using Gateway.Agent.Output;
using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Work;

/// <summary>
/// Works on one claimed command: journal, run, outbox. Only what is in the journal runs, and what was in it before does not run again.
/// </summary>
internal sealed class Worker(
    Journal journal, Outbox outbox, ResultSender results, OutputSender outputs, CommandExecutor executor, ClaimKeeper keeper,
    WorkStatus status, TimeProvider time, ILogger log)
{
    private readonly RecentClaims claims = new();

    /// <param name="turn">Ends when there is a hand free for it; the claim is kept meanwhile.</param>
    /// <param name="stopping">The agent stops and waits no longer: what runs is to end now.</param>
    /// <exception cref="OperationCanceledException">Its turn did not come.</exception>
    public async Task WorkAsync(ClaimedCommand command, Func<CancellationToken, Task> turn, CancellationToken stopping)
    {
        var key = new ClaimKey(command.Id, command.ClaimToken);
        // Its result is on the way, or it waits or runs, or has done so: a gateway that repeats itself gets the one result that there is.
        if (outbox.Contains(key) || !claims.TryAdd(key)) return;
        using var dropped = new CancellationTokenSource();
        using var finished = new CancellationTokenSource();
        Task keeping = keeper.KeepAsync(command, dropped, finished.Token);
        try
        {
            await TurnAsync(turn, key, dropped.Token);
            await WorkAsync(key, command, stopping, dropped.Token);
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

    private async Task TurnAsync(Func<CancellationToken, Task> turn, ClaimKey key, CancellationToken dropped)
    {
        try
        {
            await turn(dropped);
        }
        catch (OperationCanceledException)
        {
            // Not begun: should it come again, it is as new.
            claims.Remove(key);
            throw;
        }
    }

    private async Task WorkAsync(ClaimKey key, ClaimedCommand command, CancellationToken stopping, CancellationToken dropped)
    {
        status.Begin(key, command.Type);
        try
        {
            DateTimeOffset startedAt = time.GetUtcNow();
            long start = time.GetTimestamp();
            OutputFeed output = outputs.Begin(command.Id, command.ClaimToken);
            Execution? execution;
            TimeSpan took;
            try
            {
                execution = await RunJournaledAsync(key, command, output.Print, stopping, dropped);
                took = time.GetElapsedTime(start);
            }
            finally
            {
                await outputs.EndAsync(output);
            }

            if (execution is not null)
            {
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

    private async Task<Execution?> RunJournaledAsync(
        ClaimKey key, ClaimedCommand command, Action<string> print, CancellationToken stopping, CancellationToken dropped)
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
        return await executor.RunAsync(command.Type, command.Parameters, command.Timeout, stopping, dropped, print);
    }

    private static OutboxEntry Result(ClaimedCommand command, Execution execution, DateTimeOffset startedAt, TimeSpan took) => new(
        command.Id,
        new ResultRequest(
            command.ClaimToken, execution.Status,
            startedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), (long)took.TotalMilliseconds,
            execution.Output, execution.Error));
}
