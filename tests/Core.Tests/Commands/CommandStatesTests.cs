using Gateway.Core.Commands;

namespace Gateway.Core.Tests.Commands;

public sealed class CommandStatesTests
{
    public static TheoryData<CommandState, int, string, bool> All => new()
    {
        { CommandState.PendingApproval, 0, "pending_approval", false },
        { CommandState.Queued, 1, "queued", false },
        { CommandState.Claimed, 2, "claimed", false },
        { CommandState.Completed, 3, "completed", true },
        { CommandState.Failed, 4, "failed", true },
        { CommandState.TimedOut, 5, "timed_out", true },
        { CommandState.Rejected, 6, "rejected", true },
        { CommandState.Cancelled, 7, "cancelled", true },
        { CommandState.Expired, 8, "expired", true },
        { CommandState.DeadLettered, 9, "dead_lettered", true },
        { CommandState.Unknown, 10, "unknown", true },
    };

    [Theory]
    [MemberData(nameof(All))]
    public void State_EachOfThem_HasItsNumberNameAndEnd(CommandState state, int number, string name, bool terminal)
    {
        // Numbers lie in heads, names in the relational store: neither may change.
        Assert.Equal(number, (int)state);
        Assert.Equal(name, state.Name());
        Assert.Equal(terminal, state.IsTerminal());
        Assert.True(CommandStates.TryParse(name, out var parsed));
        Assert.Equal(state, parsed);
    }

    [Fact]
    public void State_List_IsComplete() => Assert.Equal(Enum.GetValues<CommandState>().Length, All.Count);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Queued")]
    [InlineData("approved")]
    public void TryParse_NoSuchName_IsFalse(string? name) => Assert.False(CommandStates.TryParse(name, out _));
}
