using System.Globalization;
using Gateway.Agent.Output;
using Gateway.Agent.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Work;

/// <summary>
/// Works on one claimed command: journal, run, outbox. Only what is in the journal runs, and what was in it before does not run again.
/// Without <c>outputs</c> nobody reads along.
/// </summary>
internal sealed class Worker(
    Journal journal, Outbox outbox, OutboxSender words, OutputSender? outputs, CommandExecutor executor, IClaimKeeper keeper,
    WorkStatus status, TimeProvider time, ILogger log)
{
    private readonly RecentClaims claims = new(outbox.Waiting.Select(entry => entry.Key));

    /// <param name="turn">Ends when there is a hand free for it; the claim is kept meanwhile. Cancelled: it is given back. Null: there is one.</param>
    /// <param name="stopping">The agent stops and waits no longer: what runs is to end now.</param>
    /// <returns>Its result; null: it has none, or had one before.</returns>
    public async Task<OutboxEntry?> WorkAsync(ClaimedCommand command, Func<CancellationToken, Task>? turn, CancellationToken stopping)
    {
        var key = new ClaimKey(command.Id, command.ClaimToken);
        // Its result is on the way, or it waits or runs, or has done so: a gateway that repeats itself gets the one result that there is.
        if (outbox.Contains(key) || !claims.TryAdd(key)) return null;
        using var dropped = new CancellationTokenSource();
        using var finished = new CancellationTokenSource();
        Task keeping = keeper.KeepAsync(command, dropped, finished.Token);
        long came = time.GetTimestamp();
        try
        {
            if (turn is not null)
            {
                if (!await TurnAsync(turn, key, command.Type, dropped.Token)) return null;
                command = command with { Timeout = command.Timeout - time.GetElapsedTime(came) };
            }

            return await WorkAsync(key, command, stopping, dropped.Token);
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

    /// <summary>Gives back a command that is not to begin, unless its claim is known.</summary>
    public void GiveBack(ClaimedCommand command)
    {
        var key = new ClaimKey(command.Id, command.ClaimToken);
        if (!outbox.Contains(key) && claims.TryAdd(key)) GiveBack(key, command.Type);
    }

    /// <summary>Gives back what an earlier run of the agent had not begun.</summary>
    public void GiveBack(JournalEntry entry)
    {
        if (claims.TryAdd(entry.Key)) GiveBack(entry.Key, entry.Type);
        journal.Finish(entry.Key);
    }

    // Once said it holds: the claim stays known, and its command does not run under it, whatever the gateway still sends.
    private void GiveBack(ClaimKey key, string type)
    {
        WorkLog.GivenBack(log, type, key.CommandId);
        words.Post(new OutboxEntry(key.CommandId, Release: new ReleaseRequest(key.ClaimToken)));
    }

    /// <returns>Whether it has come.</returns>
    private async Task<bool> TurnAsync(Func<CancellationToken, Task> turn, ClaimKey key, string type, CancellationToken dropped)
    {
        journal.Wait(key, type);
        try
        {
            await turn(dropped);
            return true;
        }
        catch (OperationCanceledException)
        {
            // Without a claim there is nothing to give back; should it come again, it is as new.
            if (dropped.IsCancellationRequested) claims.Remove(key);
            else GiveBack(key, type);
            journal.Finish(key);
            return false;
        }
    }

    private async Task<OutboxEntry?> WorkAsync(ClaimKey key, ClaimedCommand command, CancellationToken stopping, CancellationToken dropped)
    {
        status.Begin(key, command.Type);
        try
        {
            DateTimeOffset startedAt = time.GetUtcNow();
            long start = time.GetTimestamp();
            OutputFeed? output = outputs?.Begin(command.Id, command.ClaimToken);
            Execution? execution = null;
            TimeSpan took;
            try
            {
                execution = await RunJournaledAsync(key, command, output is null ? null : output.Print, stopping, dropped);
                took = time.GetElapsedTime(start);
            }
            finally
            {
                if (output is not null) await outputs!.EndAsync(output, isLate: execution?.Status == "timeout");
            }

            OutboxEntry? result = null;
            if (execution is not null)
            {
                WorkLog.Finished(log, command.Type, command.Id, execution.Status, took.TotalSeconds);
                result = Result(command, execution, startedAt, took);
                words.Post(result);
            }

            journal.Finish(key);
            return result;
        }
        finally
        {
            status.End(key);
        }
    }

    private async Task<Execution?> RunJournaledAsync(
        ClaimKey key, ClaimedCommand command, Action<string>? print, CancellationToken stopping, CancellationToken dropped)
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
