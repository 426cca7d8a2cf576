using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Operations;

public sealed class EnqueueTests
{
    private readonly TestDevice device = new();

    [Fact]
    public void Enqueue_NewCommand_IsQueuedAndWakesWhoWaits()
    {
        var outcome = device.Queue.Do(device.NewCommand());

        Assert.Equal((EnqueueStatus.Accepted, CommandState.Queued), (outcome.Status, outcome.State));
        Assert.True(device.Queue.LastWakes);
        Assert.Equal((1, 1), (device.Head.Waiting, device.Head.Length));
    }

    [Fact]
    public void Enqueue_RequiresApproval_WaitsForItAndWakesNobody()
    {
        var outcome = device.Queue.Do(device.NewCommand() with { RequiresApproval = true });

        Assert.Equal(CommandState.PendingApproval, outcome.State);
        Assert.False(device.Queue.LastWakes);
        Assert.Empty(device.Claim());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Enqueue_SameKeyAndContent_AnswersTheFirstCommand(bool flushed)
    {
        var id = device.Accept(device.NewCommand("{\"a\":1}") with { IdempotencyKey = "k" });
        if (flushed) device.Queue.Flush();

        var again = device.Queue.Do(device.NewCommand("{\"a\":1}") with { IdempotencyKey = "k", Priority = 9 });

        Assert.Equal(new EnqueueOutcome(EnqueueStatus.AlreadyAccepted, id, CommandState.Queued), again);
        Assert.Equal(1, device.Head.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Enqueue_SameKeyOtherContent_IsAConflict(bool flushed)
    {
        var id = device.Accept(device.NewCommand("{\"a\":1}") with { IdempotencyKey = "k" });
        if (flushed) device.Queue.Flush();

        var other = device.Queue.Do(device.NewCommand("{\"a\":2}") with { IdempotencyKey = "k" });

        Assert.Equal(new EnqueueOutcome(EnqueueStatus.KeyConflict, id, CommandState.Queued), other);
    }

    [Fact]
    public void Enqueue_SameKeyWhenHistoryLagsBehind_AnswersTheStateOfNow()
    {
        var id = device.Accept(device.NewCommand() with { IdempotencyKey = "k" });
        device.Queue.Flush();
        device.Finish(device.ClaimOne());

        var again = device.Queue.Do(device.NewCommand() with { IdempotencyKey = "k" });

        Assert.Equal(new EnqueueOutcome(EnqueueStatus.AlreadyAccepted, id, CommandState.Completed), again);
    }

    [Fact]
    public void Enqueue_SameKeyTwiceInOneCommit_IsAcceptedOnce()
    {
        var command = device.NewCommand() with { IdempotencyKey = "k" };

        var outcomes = device.Queue.Commit([command, command]).Cast<EnqueueOutcome>().ToList();

        Assert.Equal([EnqueueStatus.Accepted, EnqueueStatus.AlreadyAccepted], outcomes.Select(outcome => outcome.Status));
        Assert.Equal(outcomes[0].CommandId, outcomes[1].CommandId);
    }

    [Fact]
    public void Enqueue_NoKey_IsAcceptedEachTime() => Assert.NotEqual(device.Accept(), device.Accept());

    [Fact]
    public void Enqueue_SessionThatIsNotActive_IsRefused()
    {
        var command = device.NewCommand() with { SessionId = "session-0" };
        Assert.Equal(EnqueueStatus.SessionNotActive, device.Queue.Do(command).Status);

        var session = device.Open();
        device.Accept(device.NewCommand() with { SessionId = session });
        device.Queue.Do(new CloseSession(session, TestDevice.Customer));
        Assert.Equal(EnqueueStatus.SessionNotActive, device.Queue.Do(device.NewCommand() with { SessionId = session }).Status);
    }

    [Fact]
    public void Enqueue_FullQueue_IsRefusedAndNothingIsDropped()
    {
        var small = new TestDevice(TestDevice.Small with { MaxLength = 12 });
        var ids = small.AcceptMany(12);

        Assert.Equal(new EnqueueOutcome(EnqueueStatus.QueueFull, null, null), small.Queue.Do(small.NewCommand(priority: 9)));
        Assert.Equal(ids, small.Queue.Resolve().Waiting.Select(entry => entry.Id));

        small.Finish(small.ClaimOne());
        small.Accept();
    }

    [Fact]
    public void Enqueue_TooManyWaitForApproval_IsRefused()
    {
        var small = new TestDevice(new QueueLimits { MaxPendingApproval = 2 });
        var session = small.Open();
        small.AcceptPending(session);
        small.AcceptPending(session);

        Assert.Equal(EnqueueStatus.QueueFull, small.Queue.Do(small.NewCommand() with { SessionId = session, RequiresApproval = true }).Status);
        small.Accept(small.NewCommand() with { SessionId = session });
    }

    [Fact]
    public void Enqueue_TooManyOfOneSession_IsRefusedUntilOneEnds()
    {
        var small = new TestDevice(new QueueLimits { MaxSessionCommands = 2 });
        var session = small.Open();
        small.AcceptMany(2, () => small.NewCommand() with { SessionId = session });

        Assert.Equal(EnqueueStatus.QueueFull, small.Queue.Do(small.NewCommand() with { SessionId = session }).Status);
        small.Accept();

        small.Finish(small.ClaimOne());
        small.Accept(small.NewCommand() with { SessionId = session });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1000)]
    public void Enqueue_ExpiryNotInTheFuture_IsRefused(int milliseconds) => Assert.Equal(
        EnqueueStatus.AlreadyExpired,
        device.Queue.Do(device.NewCommand() with { ExpiresAt = device.Queue.Now.AddMilliseconds(milliseconds) }).Status);

    [Fact]
    public void Enqueue_HistoryFarBehind_IsRefusedUntilItHasCaughtUp()
    {
        var small = new TestDevice(new QueueLimits { MaxEvents = 3 });
        small.AcceptMany(3);

        Assert.Equal(EnqueueStatus.HistoryBehind, small.Queue.Do(small.NewCommand()).Status);

        // What is there already goes on.
        small.Finish(small.ClaimOne());
        small.Queue.Flush();
        small.Accept();
    }

    [Fact]
    public void Enqueue_NoExpiry_ExpiresWithItsSessionOrTheRetention()
    {
        device.Accept();
        var session = device.Open(TimeSpan.FromHours(1));
        device.Accept(device.NewCommand() with { SessionId = session, ExpiresAt = device.Queue.Now.AddHours(5) });
        device.Accept(device.NewCommand() with { ExpiresAt = device.Queue.Now.AddYears(1) });

        var now = device.Queue.Now;
        DateTimeOffset[] expected = [now.AddDays(14), now.AddHours(1), now.AddDays(14)];
        Assert.Equal(expected.Select(at => at.ToUnixTimeMilliseconds()), device.Queue.Resolve().Waiting.Select(entry => entry.Definition.ExpiresAt));
    }

    [Fact]
    public void Enqueue_LargeParameters_LieInADocumentUntilHistoryHasTheEnd()
    {
        var text = $"{{\"long\":\"{new string('x', 3_000)}\"}}";
        device.Accept(device.NewCommand(text));
        Assert.Single(device.Queue.Documents);
        Assert.True(device.Queue.HeadBytes < 1_000);

        var claimed = device.ClaimOne();
        Assert.Equal(text, claimed.Parameters);
        device.Finish(claimed);
        Assert.Single(device.Queue.Documents);

        device.Queue.Flush();
        Assert.Equal(text, device.Queue.History.Find(claimed.Id)!.Definition!.Parameters.Text);
        device.Accept();
        Assert.Empty(device.Queue.Documents);
    }

    [Fact]
    public void Enqueue_ClockGoesBack_IdsStillRise()
    {
        var first = device.Accept();
        device.Pass(TimeSpan.FromMinutes(-5));
        var second = device.Accept();

        Assert.True(string.CompareOrdinal(second, first) > 0);
        Assert.Equal(first, device.ClaimOne().Id);
    }
}
