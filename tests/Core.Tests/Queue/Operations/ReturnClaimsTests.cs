using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Operations;

/// <summary>An operator's reset, and what a channel that serves one command at a time needs.</summary>
public sealed class ReturnClaimsTests
{
    private static readonly ReturnClaims Reset = new("operator", "A reset took it back");

    private readonly TestDevice device = new();

    [Fact]
    public void Return_ClaimedAndPushedCommands_WaitAgainAtTheirPlaceAndTheirTokensHoldNoMore()
    {
        var ids = device.AcceptMany(3);
        var first = device.ClaimOne();
        device.Attach("conn_1");

        var outcome = device.Queue.Do(Reset);

        Assert.Equal(ids.Select(id => new ReturnedCommand(id, CommandState.Queued)), outcome.Commands);
        Assert.True(outcome.Detached);
        Assert.Equal("conn_1", device.Queue.LastEffects.Detached?.Connection);
        Assert.Equal((null, device.Queue.NowMs), (device.Head.Channel, device.Head.ResetAt));
        Assert.Equal(ResultStatus.StaleClaim, device.Finish(first).Status);
        Assert.Equal(ids, device.Claim(3).Select(command => command.Id));
    }

    [Fact]
    public void Return_CommandThatMustNotRunTwice_EndsUnknown()
    {
        var id = device.Accept(device.NewCommand() with { AtMostOnce = true });
        device.ClaimOne();

        Assert.Equal([new ReturnedCommand(id, CommandState.Unknown)], device.Queue.Do(Reset).Commands);
        Assert.Equal(("operator", "A reset took it back, and a command of this type must not run twice."), (device.Queue.LastNews[^1].By, device.Queue.LastNews[^1].Reason));
    }

    [Fact]
    public void Return_ClaimedAsOftenAsMayBe_IsNotDeadLettered()
    {
        var id = device.Accept();
        for (var i = 1; i < QueueLimits.Default.MaxAttempts; i++)
        {
            device.ClaimOne();
            device.Pass(TestDevice.Visibility);
        }

        device.ClaimOne();

        Assert.Equal([new ReturnedCommand(id, CommandState.Queued)], device.Queue.Do(Reset).Commands);
    }

    [Fact]
    public void Return_NothingClaimedAndNoChannel_ChangesNothing()
    {
        device.Accept();
        var head = device.Head;

        var outcome = device.Queue.Do(Reset);

        Assert.Empty(outcome.Commands);
        Assert.False(outcome.Detached);
        Assert.Equal(head.Commit, device.Head.Commit);
    }

    [Fact]
    public void Attach_WithCreditAndVisibilityOfItsOwn_IsPushedByThem()
    {
        var ids = device.AcceptMany(3);
        device.Queue.Do(new AttachChannel(new("r1", 1), "conn_1") { Credit = 1, Visibility = TimeSpan.FromSeconds(30) });

        var held = Assert.Single(device.HeldBy("conn_1"));
        Assert.Equal((ids[0], device.Queue.NowMs + 30_000), (held.Id, held.Claim!.VisibleUntil));

        device.Finish(ClaimedCommand.Of(held, "{}"));
        Assert.Equal(ids[1], Assert.Single(device.HeldBy("conn_1")).Id);
    }

    [Fact]
    public void Enqueue_OnlyIfIdle_NeedsAChannelAndNothingElseToDo()
    {
        Assert.Equal(EnqueueStatus.NotConnected, SendIfIdle().Status);

        device.Attach("conn_1");
        Assert.Equal(EnqueueStatus.Accepted, SendIfIdle().Status);
        Assert.Equal(EnqueueStatus.Busy, SendIfIdle().Status);

        device.Finish(ClaimedCommand.Of(device.HeldBy("conn_1")[0], "{}"));
        Assert.Equal(EnqueueStatus.Accepted, SendIfIdle().Status);
    }

    private EnqueueOutcome SendIfIdle() => device.Queue.Do(device.NewCommand() with { OnlyIfIdle = true });
}
