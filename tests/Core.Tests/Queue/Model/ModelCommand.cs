using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Model;

/// <summary>A command as the model knows it. Times are Unix milliseconds.</summary>
internal sealed class ModelCommand
{
    public required string Id { get; init; }

    public required Enqueue Sent { get; init; }

    public required long ExpiresAt { get; init; }

    public required CommandState State { get; set; }

    public int Attempt { get; set; }

    /// <summary>Until when its approval holds; null: it has none.</summary>
    public long? ApprovedUntil { get; set; }

    /// <summary>The token of the live claim.</summary>
    public string? Token { get; set; }

    public long VisibleUntil { get; set; }

    public long? TimeoutAt { get; set; }

    /// <summary>The connection that its live claim was pushed to, or has gone over to; null: it was claimed by a request.</summary>
    public string? Connection { get; set; }

    /// <summary>Whether that connection has it from an earlier one.</summary>
    public bool IsTakenOver { get; set; }

    /// <summary>How many of its claims its device gave back, and with which token the last time.</summary>
    public int GivenBack { get; set; }

    public string? LastGivenBack { get; set; }

    /// <summary>Until when the claim would last if its connection had not been lost; null: it was not.</summary>
    public long? Kept { get; set; }

    /// <summary>Every token that it was ever claimed with.</summary>
    public List<string> Tokens { get; } = [];

    /// <summary>The result that was accepted.</summary>
    public SubmitResult? Result { get; set; }

    /// <summary>Somebody has changed its payload in the store since it was approved.</summary>
    public bool Tampered { get; set; }

    public bool IsOver => State.IsTerminal();

    public string Digest => Digests.OfCommand(Sent.Type, Sent.Parameters);

    public long ClaimEndsAt => Math.Min(VisibleUntil, TimeoutAt ?? long.MaxValue);

    public void End(CommandState state)
    {
        Assert.False(IsOver, $"{Id} is {State} already and would become {state}.");
        State = state;
        LoseClaim();
    }

    public void LoseClaim()
    {
        Token = null;
        Connection = null;
        IsTakenOver = false;
        Kept = null;
    }
}
