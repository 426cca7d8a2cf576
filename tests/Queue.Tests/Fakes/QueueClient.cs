using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>
/// A customer and a device of one queue, as careful ones are: what was not answered is tried again with the same key or the same
/// token, and a claim anew. Remembers what it was promised, for <see cref="QueueVerdict"/>.
/// </summary>
internal sealed class QueueClient(string device, Func<QueueReplica> replica)
{
    private const int Tries = 10;

    /// <summary>Ids of accepted commands by their keys.</summary>
    public Dictionary<string, string> Accepted { get; } = [];

    /// <summary>How often each command was handed out.</summary>
    public Dictionary<string, int> Deliveries { get; } = [];

    /// <summary>The output that was sent for each command and taken.</summary>
    public ConcurrentDictionary<string, string> Outputs { get; } = [];

    /// <summary>Commands that were cancelled, by their customer or with their session.</summary>
    public HashSet<string> Cancelled { get; } = [];

    /// <summary>Commands that were sent without a key: how many may be there, and how many must.</summary>
    public (int Most, int Least) Keyless { get; private set; }

    public async Task EnqueueAsync(string key, string parameters = "{}", string? session = null, int priority = 5)
    {
        var command = QueueReplica.Command(parameters: parameters, key: key, session: session, priority: priority);
        var outcome = await AnsweredAsync(command);
        Assert.Contains(outcome.Status, (EnqueueStatus[])[EnqueueStatus.Accepted, EnqueueStatus.AlreadyAccepted]);
        Assert.Equal(outcome.CommandId, Accepted.GetValueOrDefault(key, outcome.CommandId!));
        Accepted[key] = outcome.CommandId!;
    }

    public async Task EnqueueOnceAsync()
    {
        Keyless = (Keyless.Most + 1, Keyless.Least);
        try
        {
            var outcome = await replica().Queue.ExecuteAsync(device, QueueReplica.Command("keyless"), TestContext.Current.CancellationToken);
            Assert.Equal(EnqueueStatus.Accepted, outcome.Status);
            Keyless = (Keyless.Most, Keyless.Least + 1);
        }
        catch (QueueUnavailableException)
        {
            // It is there or not; without a key there is no asking again.
        }
    }

    public async Task<ImmutableArray<ClaimedCommand>> ClaimAsync(int limit)
    {
        for (var i = 1; ; i++)
        {
            try
            {
                var outcome = await replica().Queue.ExecuteAsync(device, QueueReplica.Claim(limit), TestContext.Current.CancellationToken);
                foreach (var command in outcome.Commands) Deliveries[command.Id] = Deliveries.GetValueOrDefault(command.Id) + 1;
                return outcome.Commands;
            }
            catch (QueueUnavailableException) when (i < Tries)
            {
            }
        }
    }

    public async Task ExtendAsync(ClaimedCommand command) =>
        Assert.Equal(ClaimStatus.Live, (await AnsweredAsync(new ExtendClaim(command.Id, command.Token, TimeSpan.FromMinutes(5)))).Status);

    public async Task ResultAsync(ClaimedCommand command, string output = "done")
    {
        var outcome = await AnsweredAsync(QueueReplica.Result(command, output));
        Assert.Contains(outcome.Status, (ResultStatus[])[ResultStatus.Accepted, ResultStatus.Repeated]);
        Assert.True(Outputs.TryAdd(command.Id, output));
    }

    public async Task RepeatResultAsync(ClaimedCommand command, string output) =>
        Assert.Equal(ResultStatus.Repeated, (await AnsweredAsync(QueueReplica.Result(command, output))).Status);

    public async Task CancelAsync(string key)
    {
        var outcome = await AnsweredAsync(new CancelCommand(Accepted[key], null, "customer:c", null));
        Assert.Equal(CommandState.Cancelled, outcome.State);
        Cancelled.Add(Accepted[key]);
    }

    public async Task OpenSessionAsync(string id) =>
        Assert.Equal(id, (await AnsweredAsync(new OpenSession(id, "c", "diagnostic", null, TimeSpan.FromMinutes(30)))).SessionId);

    public async Task CloseSessionAsync(string id, params string[] keys)
    {
        await AnsweredAsync(new CloseSession(id, "customer:c"));
        foreach (var key in keys) Cancelled.Add(Accepted[key]);
    }

    public async Task FlushAsync()
    {
        for (var i = 1; ; i++)
        {
            try
            {
                await replica().Queue.FlushAsync(device, TestContext.Current.CancellationToken);
                return;
            }
            catch (QueueUnavailableException) when (i < Tries)
            {
            }
        }
    }

    /// <summary>Works off all that there is.</summary>
    public async Task DrainAsync()
    {
        while (await ClaimAsync(10) is { Length: > 0 } commands) await Task.WhenAll(commands.Select(command => ResultAsync(command)));
    }

    private async Task<T> AnsweredAsync<T>(Core.Queue.QueueOperation<T> operation)
        where T : class
    {
        for (var i = 1; ; i++)
        {
            try
            {
                return await replica().Queue.ExecuteAsync(device, operation, TestContext.Current.CancellationToken);
            }
            catch (QueueUnavailableException) when (i < Tries)
            {
            }
        }
    }
}
