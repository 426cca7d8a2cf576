using Dapr.Actors;
using Dapr.Actors.Runtime;
using Gateway.Actors.Deadlines;
using Gateway.Actors.Sweeps;
using Gateway.Actors.Tests.Fakes;
using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Queue;
using Gateway.Queue.Tests.Fakes;
using Gateway.Storage.History;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Actors.Tests.Deadlines;

/// <summary>
/// One device, three replicas at work on it, and two live copies of its actor, as a cluster has when it moves actors: each may be asked to set
/// the reminder, and each may be told that it has fired. Reminders come late, twice, or never; the sweep mends.
/// </summary>
public sealed class TwoCopiesTests
{
    private const string Device = Torture.Device;

    [Theory]
    [InlineData(EtagKind.Counter)]
    [InlineData(EtagKind.Text)]
    public async Task Reminders_LateDoubledOrLost_EveryRuleHoldsAndTheSweepMends(EtagKind etags) =>
        await Parallel.ForAsync(0, 24, async (seed, _) =>
        {
            try
            {
                await new Run(etags, seed).GoAsync();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        });

    [Fact]
    public async Task Reminder_FiresOnBothCopies_ReturnsTheClaimOnceAndIsSetForWhatComesNext()
    {
        var run = new Run(EtagKind.Counter, seed: 0);
        await run.SendAsync();
        await run.SendAsync();
        await run.ClaimAsync(TimeSpan.FromSeconds(10));
        await run.ClaimAsync(TimeSpan.FromSeconds(50));
        Assert.Equal(run.Now + TimeSpan.FromSeconds(10), run.Reminders.Due);
        run.Pass(TimeSpan.FromSeconds(30));

        await run.FireAsync(0, 1);

        Assert.Equal(1, run.Store.Story(Device).Count(e => e.Kind == QueueEventKind.Returned));
        Assert.Equal(run.Now + TimeSpan.FromSeconds(20), run.Reminders.Due);
    }

    private sealed class Run : IAsyncDisposable
    {
        private readonly Torture torture;
        private readonly Random random;
        private readonly DeviceActor[] copies;
        private readonly CountingQueue[] queues;
        private readonly DueDevices[] due;
        private readonly QueueReplica[] replicas;
        private readonly Sweeper sweeper;
        private readonly FakeSweepStore sweeps = new();
        private readonly TortureClient client;

        public Run(EtagKind etags, int seed)
        {
            torture = new Torture(etags);
            random = new Random(seed);
            Reminders = new SharedReminders(torture.Time);
            replicas = [.. Enumerable.Range(0, 3).Select(i =>
                torture.NewReplica(new ReplicaLink(torture.Store, torture.History), $"r{i}", ArmAsync))];
            queues = [.. replicas.Take(2).Select(replica => new CountingQueue(replica.Queue))];
            due = [.. queues.Select(queue => new DueDevices(queue, torture.Time, NullLogger<DueDevices>.Instance))];
            copies = [.. due.Select(devices => new DeviceActor(
                ActorHost.CreateForTest<DeviceActor>(new ActorTestOptions { ActorId = new ActorId(Device), TimerManager = Reminders }), devices, torture.Time))];
            sweeper = new Sweeper(replicas[2].Queue, sweeps, [], sweeps, sweeps, torture.Time, NullLogger<Sweeper>.Instance);
            sweeps.Devices.Add(Device);
            client = new TortureClient(torture, () => replicas[random.Next(3)], random, remind: RemindAsync);
        }

        public SharedReminders Reminders { get; }

        public FakeHeadStore Store => torture.Store;

        public DateTimeOffset Now => torture.Time.GetUtcNow();

        public void Pass(TimeSpan time) => torture.Time.Advance(time);

        public async Task SendAsync() => (await client.EnqueueAsync(QueueReplica.Command(parameters: "{\"k\":\"a\"}")))();

        public async Task ClaimAsync(TimeSpan visible) => (await client.ClaimAsync(1, visible))();

        public async Task GoAsync()
        {
            await StartAsync();
            for (var round = 0; round < 6; round++)
            {
                await client.WorkAsync(15);
                await SweepAsync();
            }

            await torture.CloseAsync();
            QueueVerdict.CheckStores(Device, torture.Store, torture.History);
            QueueVerdict.CheckAnswers(torture.Log);
            await DisposeAsync();
        }

        /// <summary>The reminder fires, on some copies, at once.</summary>
        public async Task FireAsync(params int[] which)
        {
            await StartAsync();
            var before = which.Select(copy => queues[copy].Done).ToArray();
            Reminders.Clear();
            foreach (var copy in which) await copies[copy].ReceiveReminderAsync("deadline", [], TimeSpan.Zero, TimeSpan.Zero);
            for (var i = 0; i < which.Length; i++)
            {
                var (copy, done) = (which[i], before[i]);
                await Tests.Fakes.Eventually.UntilAsync(() => queues[copy].Done > done);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var devices in due)
            {
                await devices.StopAsync(CancellationToken.None);
                devices.Dispose();
            }
        }

        private async Task StartAsync()
        {
            foreach (var devices in due)
                if (devices.ExecuteTask is null) await devices.StartAsync(TestContext.Current.CancellationToken);
        }

        private Task ArmAsync(DateTimeOffset at) => copies[random.Next(2)].ArmAsync(at.ToUnixTimeMilliseconds());

        /// <summary>What the scheduler may do now: fire what is due, once or twice, or for nothing; leave it for later; or lose it.</summary>
        private async Task RemindAsync()
        {
            if (Reminders.Due is not { } at || at > Now) return;
            switch (random.Next(6))
            {
                case 0: Reminders.Clear(); break;
                case 1: break;
                case 2: await FireAsync(0); break;
                case 3: await FireAsync(1); break;
                default: await FireAsync(0, 1); break;
            }
        }

        /// <summary>No reminder comes any more; the sweep does, as it does every few seconds.</summary>
        private async Task SweepAsync()
        {
            Reminders.Clear();
            await replicas[2].Queue.FlushAsync(Device, TestContext.Current.CancellationToken);
            torture.Time.Advance(TimeSpan.FromSeconds(random.Next(400)));
            sweeps.Overdue.Clear();
            if (IsOverdue()) sweeps.Overdue.Add(new OverdueDevice(Device, 0));
            var wasOverdue = torture.Store.Head(Device).Deadline() < Now.ToUnixTimeMilliseconds() - 15_000;
            Assert.Equal(wasOverdue, sweeps.Overdue.Count > 0);

            // What expires in segments is cleared away a few segments at a time.
            for (var i = 0; i < 10; i++) await sweeper.LookAtOverdueAsync();

            var head = torture.Store.Head(Device);
            if (!wasOverdue) return;
            Assert.True(head.Deadline() is null || head.Deadline() > Now.ToUnixTimeMilliseconds() - 15_000, "The sweep has left a deadline behind.");
            if (head.Deadline() is { } deadline && deadline > Now.ToUnixTimeMilliseconds())
                Assert.True(Reminders.Due?.ToUnixTimeMilliseconds() <= deadline, "The sweep has set no reminder for what comes next.");
        }

        /// <summary>What the relational store's query finds (<see cref="ISweepQueries"/>).</summary>
        private bool IsOverdue()
        {
            var cutoff = Now.ToUnixTimeMilliseconds() - 15_000;
            var session = torture.History.Events(Device).LastOrDefault(e => e.Session is not null)?.Session;
            return session is { Status: "active" } && session.ExpiresAt < cutoff
                || torture.History.Records(Device).Values.Any(record => record.State switch
                {
                    CommandState.Claimed => EndOf(record) < cutoff,
                    CommandState.Queued or CommandState.PendingApproval => record.Definition!.ExpiresAt < cutoff,
                    _ => false,
                });

            static long EndOf(Core.History.CommandRecord record) =>
                Math.Min(record.VisibleUntil!.Value, record.ClaimedAt + record.Definition!.TimeoutMs ?? long.MaxValue);
        }
    }

    /// <summary>Counts looks at the clock that are over.</summary>
    private sealed class CountingQueue(ICommandQueue queue) : ICommandQueue
    {
        private int done;

        public int Done => Volatile.Read(ref done);

        public async Task<TOutcome> ExecuteAsync<TOutcome>(string deviceId, QueueOperation<TOutcome> operation, CancellationToken cancellationToken)
            where TOutcome : class
        {
            try
            {
                return await queue.ExecuteAsync(deviceId, operation, cancellationToken);
            }
            finally
            {
                Interlocked.Increment(ref done);
            }
        }

        public Task<Core.Queue.Operations.ClaimOutcome> ClaimAsync(
            string deviceId, Func<Core.Queue.Operations.ClaimCommands> claim, TimeSpan wait, CancellationToken cancellationToken) =>
            queue.ClaimAsync(deviceId, claim, wait, cancellationToken);

        public Task<int> CountWaitingAsync(string deviceId, CancellationToken cancellationToken) => queue.CountWaitingAsync(deviceId, cancellationToken);

        public Task<System.Collections.Immutable.ImmutableArray<Core.Queue.Operations.ClaimedCommand>> ReadClaimsAsync(
            string deviceId, string connection, CancellationToken cancellationToken) => queue.ReadClaimsAsync(deviceId, connection, cancellationToken);

        public Task<QueueHead> ReadHeadAsync(string deviceId, TimeSpan maxAge, CancellationToken cancellationToken) =>
            queue.ReadHeadAsync(deviceId, maxAge, cancellationToken);

        public Task<QueueHead> FlushAsync(string deviceId, CancellationToken cancellationToken) => queue.FlushAsync(deviceId, cancellationToken);
    }
}
