using Gateway.Core.Commands;
using Gateway.Core.Verification;

namespace Gateway.Core.Tests.Verification;

/// <summary>For each rule a log that keeps it, as far as anybody can tell, and one that does not.</summary>
public sealed class HistoryRuleTests
{
    [Fact]
    public void Kept_AcceptedCommandIsShown_Holds() =>
        Assert.Empty(new LogBook().Enqueue("a", 0).View("a", 10, CommandState.Queued).Broken());

    [Fact]
    public void Kept_AcceptedCommandIsNotFound_IsBrokenByBothEntries()
    {
        var violation = Assert.Single(new LogBook().Enqueue("a", 0).View("a", 10, null).Verdict().Violations);
        Assert.Equal(HistoryRule.Kept, violation.Rule);
        Assert.Equal("a", violation.Subject);
        Assert.Equal([1, 2], violation.Evidence.Select(entry => entry.Line));
    }

    [Fact]
    public void Kept_NobodyLooked_IsUndecided() =>
        Assert.Equal(1, new LogBook().Enqueue("a", 0).Verdict().Rules[(int)HistoryRule.Kept].Undecided["never looked for"]);

    [Fact]
    public void Kept_UnansweredCommandIsNotFound_Holds() =>
        Assert.Empty(new LogBook().Enqueue("a", 0, status: null).View("a", 10, null).Broken());

    [Fact]
    public void Kept_AnotherResultIsShown_IsBroken() => Assert.Equal(
        [HistoryRule.Kept],
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Result("a", "t", 20).View("a", 30, CommandState.Completed, 1, "something else").Broken());

    [Fact]
    public void OneClaim_NextClaimAfterTheEnd_Holds() =>
        Assert.Empty(new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Claim(5_020, 5_000, ("a", "u", 2)).Broken());

    [Fact]
    public void OneClaim_NextClaimWithinTheTolerance_Holds() =>
        Assert.Empty(new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Claim(4_500, 5_000, ("a", "u", 2)).Broken());

    [Fact]
    public void OneClaim_NextClaimBeforeTheEnd_IsBroken() => Assert.Equal(
        [HistoryRule.OneClaim],
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Claim(3_000, 5_000, ("a", "u", 2)).Broken());

    [Fact]
    public void OneClaim_NextClaimBeforeTheExtendedEnd_IsBroken() => Assert.Equal(
        [HistoryRule.OneClaim],
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Extend("a", "t", 4_000, 5_000).Claim(6_000, 5_000, ("a", "u", 2)).Broken());

    [Fact]
    public void OneClaim_NextClaimAfterAnExtensionThatNobodyAnswered_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Extend("a", "t", 4_000, 5_000, status: null).Claim(6_000, 5_000, ("a", "u", 2)).Broken());

    [Fact]
    public void OneClaim_SameAttemptTwice_IsBroken() => Assert.Equal(
        [HistoryRule.OneClaim],
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Claim(60_000, 5_000, ("a", "u", 1)).Broken());

    [Fact]
    public void OneClaim_SameClaimShownAgainToTheSameRequest_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).ClaimAgain("r", 10, 5_000, 200, ("a", "t", 1, 5_010)).ClaimAgain("r", 3_000, 5_000, 200, ("a", "t", 1, 5_010))
            .Result("a", "t", 3_010).Broken());

    [Fact]
    public void OneClaim_LostAnswerShownToTheSameRequest_LeavesTheClockKnown()
    {
        var log = new LogBook().Enqueue("a", 0).ClaimAgain("r", 10, 5_000, null).ClaimAgain("r", 3_000, 5_000, 200, ("a", "t", 1, 5_010)).Enqueue("b", 3_010)
            .Claim(3_020, 5_000, ("b", "u", 1)).Extend("b", "u", 9_900, 5_000);
        Assert.Equal([HistoryRule.StaleToken], log.Broken());
    }

    [Fact]
    public void OneClaim_OtherClaimToTheSameRequest_IsBroken() => Assert.Equal(
        [HistoryRule.OneClaim],
        new LogBook().Enqueue("a", 0).ClaimAgain("r", 10, 5_000, 200, ("a", "t", 1, 5_010)).ClaimAgain("r", 3_000, 5_000, 200, ("a", "u", 2, 8_000)).Broken());

    [Fact]
    public void ClaimLasts_LiveTokenIsRefused_IsBroken() => Assert.Equal(
        [HistoryRule.ClaimLasts],
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Result("a", "t", 1_000, status: 403).Broken());

    [Fact]
    public void ClaimLasts_TokenIsRefusedWhileACancellationMayHaveTaken_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Cancel("a", 500).Extend("a", "t", 1_000, 5_000, status: 403).Broken());

    [Fact]
    public void StaleToken_IsRefused_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Claim(6_000, 5_000, ("a", "u", 2)).Result("a", "t", 6_010, status: 403).Broken());

    [Fact]
    public void StaleToken_AcceptedAfterANewerClaim_IsBroken() => Assert.Contains(
        HistoryRule.StaleToken,
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Claim(6_000, 5_000, ("a", "u", 2)).Result("a", "t", 6_010).Broken());

    [Fact]
    public void StaleToken_ExtendsAfterItsEnd_IsBroken() => Assert.Equal(
        [HistoryRule.StaleToken],
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Extend("a", "t", 8_000, 5_000).Broken());

    [Fact]
    public void StaleToken_ResultSentInTimeAndAnsweredWhenRepeated_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Result("a", "t", 1_000, status: null).Result("a", "t", 20_000).Broken());

    [Fact]
    public void StaleToken_ThatNoClaimGave_IsBroken() => Assert.Equal(
        [HistoryRule.StaleToken], new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Result("a", "invented", 20).Broken());

    [Fact]
    public void Release_NextClaimRightAfter_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Release("a", "t", 20).Release("a", "t", 30).Claim(40, 5_000, ("a", "u", 2))
            .Release("a", "t", 50).Result("a", "u", 60).Broken());

    [Fact]
    public void Release_Refused_NextClaimRightAfterIsBroken() => Assert.Equal(
        [HistoryRule.OneClaim],
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Release("a", "x", 20, status: 403).Claim(40, 5_000, ("a", "u", 2)).Broken());

    [Fact]
    public void Release_NextClaimLongBeforeIt_IsBroken() => Assert.Equal(
        [HistoryRule.OneClaim],
        new LogBook().Enqueue("a", 0).Claim(10, 60_000, ("a", "t", 1)).Claim(5_000, 5_000, ("a", "u", 2)).Release("a", "t", 40_000, status: null).Broken());

    [Fact]
    public void Release_NobodyAnswered_TheTokenMayBeWorthNothing() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Release("a", "t", 20, status: null).Extend("a", "t", 30, 5_000, status: 403).Broken());

    [Fact]
    public void Release_LiveTokenIsRefused_IsBroken() => Assert.Equal(
        [HistoryRule.ClaimLasts], new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Release("a", "t", 1_000, status: 403).Broken());

    [Fact]
    public void Release_TokenIsAcceptedAfterIt_IsBroken()
    {
        Assert.Equal([HistoryRule.StaleToken], new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Release("a", "t", 20).Result("a", "t", 30).Broken());
        Assert.Equal([HistoryRule.StaleToken], new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Release("a", "t", 20).Extend("a", "t", 30, 5_000).Broken());
    }

    [Fact]
    public void Release_AcceptedAfterANewerClaimOrTheEnd_IsBroken()
    {
        Assert.Equal(
            [HistoryRule.StaleToken],
            new LogBook().Enqueue("a", 0).Claim(10, 1_000, ("a", "t", 1)).Claim(5_000, 5_000, ("a", "u", 2)).Release("a", "t", 5_010).Broken());
        Assert.Equal(
            [HistoryRule.StaleToken], new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Cancel("a", 20).Release("a", "t", 30).Broken());
    }

    [Fact]
    public void Release_PassedOverAfterIt_IsBroken() => Assert.Equal(
        [HistoryRule.Order],
        new LogBook().Enqueue("old", 0).Claim(10, 60_000, ("old", "t", 1)).Enqueue("young", 20).Release("old", "t", 30)
            .Claim(40, 5_000, ("young", "u", 1)).Claim(50, 5_000, ("old", "v", 2)).Broken());

    [Fact]
    public void Release_WhatMustNotRunTwice_MayBeHandedOutAgain()
    {
        var log = new LogBook().Enqueue("a", 0, once: true).Claim(10, 1_000, ("a", "t", 1)).Release("a", "t", 20).Claim(40, 1_000, ("a", "u", 2));
        Assert.Empty(log.Broken());
        Assert.Equal([HistoryRule.AtMostOnce], log.Claim(9_000, 1_000, ("a", "v", 3)).Broken());
    }

    [Fact]
    public void AtMostOnce_StartedTwiceAndGivenBackAfterThat_IsBroken() => Assert.Equal(
        [HistoryRule.AtMostOnce],
        new LogBook().Enqueue("a", 0, once: true).Claim(10, 1_000, ("a", "t", 1)).Claim(9_000, 1_000, ("a", "u", 2)).Release("a", "t", 9_500, status: 403).Broken());

    [Fact]
    public void InFlight_OneMoreWhenOneMayBeGivenBack_Holds() =>
        Assert.Empty(Pushes(10).Release("c3", "t3", 95_000, status: null).Enqueue("last", 100_000).Push("c2", 100_001, 600_000, "last", "u", 1).Broken());

    [Fact]
    public void OneEnd_SameStateForEver_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Cancel("a", 10).View("a", 20, CommandState.Cancelled).View("a", 30, CommandState.Cancelled).Broken(drained: true));

    [Fact]
    public void OneEnd_TwoStates_IsBroken() => Assert.Equal(
        [HistoryRule.OneEnd], new LogBook().Enqueue("a", 0).Cancel("a", 10).View("a", 20, CommandState.Expired).Broken());

    [Fact]
    public void OneEnd_BackToLife_IsBroken() => Assert.Equal(
        [HistoryRule.OneEnd], new LogBook().Enqueue("a", 0).Cancel("a", 10).View("a", 20, CommandState.Queued).Broken());

    [Fact]
    public void OneEnd_NotEnded_IsBrokenOnlyWhenThereWasTime()
    {
        var log = new LogBook().Enqueue("a", 0).View("a", 20, CommandState.Queued);
        Assert.Empty(log.Broken());
        Assert.Equal([HistoryRule.OneEnd], log.Broken(drained: true));
    }

    [Fact]
    public void ResultOnce_SameAgain_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Result("a", "t", 20).Result("a", "t", 9_000).Result("a", "t", 9_010, "other", 409).Broken());

    [Fact]
    public void ResultOnce_AnotherIsAccepted_IsBroken() => Assert.Equal(
        [HistoryRule.ResultOnce],
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Result("a", "t", 20).Result("a", "t", 30, "another").Broken());

    [Fact]
    public void ResultOnce_SameIsRefused_IsBroken() => Assert.Equal(
        [HistoryRule.ResultOnce],
        new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Result("a", "t", 20).Result("a", "t", 30, status: 409).Broken());

    [Fact]
    public void OverIsOver_ClaimedAfterItWasCancelled_IsBroken() => Assert.Equal(
        [HistoryRule.OverIsOver], new LogBook().Enqueue("a", 0).Cancel("a", 10).Claim(20, 5_000, ("a", "t", 1)).Broken());

    [Fact]
    public void OverIsOver_ClaimedWhileItWasCancelled_Holds() =>
        Assert.Empty(new LogBook().Enqueue("a", 0).Cancel("a", 10).Claim(10, 5_000, ("a", "t", 1)).Broken());

    [Fact]
    public void Order_LowerPriorityFirst_IsBroken() => Assert.Equal(
        [HistoryRule.Order],
        new LogBook().Enqueue("low", 0, priority: 3).Enqueue("high", 10, priority: 8)
            .Claim(20, 5_000, ("low", "t", 1)).Claim(30, 5_000, ("high", "u", 1)).Broken());

    [Fact]
    public void Order_YoungerFirst_IsBroken() => Assert.Equal(
        [HistoryRule.Order],
        new LogBook().Enqueue("old", 0).Enqueue("young", 10).Claim(20, 5_000, ("young", "t", 1)).View("old", 30, CommandState.Queued).Broken());

    [Fact]
    public void Order_SentAtTheSameTime_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Enqueue("b", 0).Claim(20, 5_000, ("b", "t", 1)).View("a", 30, CommandState.Queued).Broken());

    [Fact]
    public void Order_TheOtherMayBeClaimedInALostAnswer_Holds()
    {
        var log = new LogBook().Enqueue("old", 0).Enqueue("young", 10)
            .Add(new ClaimSeen { By = "pi", Device = "pi", Sent = 15_000, VisibilityMs = 5_000 })
            .Claim(20, 5_000, ("young", "t", 1)).Claim(9_000, 5_000, ("old", "u", 2));
        Assert.Empty(log.Broken());
        Assert.Equal(1, log.Verdict().Rules[(int)HistoryRule.Order].Undecided["claimed in an answer that nobody saw"]);
    }

    [Fact]
    public void Order_ReturnedCommandIsPassedOver_IsBroken() => Assert.Equal(
        [HistoryRule.Order],
        new LogBook().Enqueue("old", 0).Claim(10, 2_000, ("old", "t", 1)).Enqueue("young", 20)
            .Claim(9_000, 5_000, ("young", "u", 1)).Claim(9_010, 5_000, ("old", "v", 2)).Broken());

    [Fact]
    public void Order_WaitsForItsApproval_Holds() => Assert.Empty(
        new LogBook().Enqueue("old", 0, approval: true).Enqueue("young", 10).Claim(20, 5_000, ("young", "t", 1))
            .Approve("old", 30).Claim(40, 5_000, ("old", "u", 1)).Broken());

    [Fact]
    public void Order_WithinOneAnswer_IsBroken() => Assert.Equal(
        [HistoryRule.Order],
        new LogBook().Enqueue("old", 0).Enqueue("young", 10).Claim(20, 5_000, ("young", "t", 1), ("old", "u", 1)).Broken());

    [Fact]
    public void Idempotency_SameCommandAgain_Holds() =>
        Assert.Empty(new LogBook().Enqueue("a", 0, "key", status: null).Enqueue("a", 10, "key").Enqueue("a", 20, "key", status: 200).Broken());

    [Fact]
    public void Idempotency_TwoCommands_IsBroken() => Assert.Equal(
        [HistoryRule.Idempotency], new LogBook().Enqueue("a", 0, "key").Enqueue("b", 10, "key").Broken());

    [Fact]
    public void Idempotency_LostRequestMadeAnotherCommand_IsBroken() => Assert.Equal(
        [HistoryRule.Idempotency],
        new LogBook().Enqueue("", 0, "key", status: null).Enqueue("b", 10, "key").View("a", 20, CommandState.Queued, key: "key").Broken());

    [Fact]
    public void Idempotency_OtherContentIsAccepted_IsBroken() => Assert.Equal(
        [HistoryRule.Idempotency], new LogBook().Enqueue("a", 0, "key").Enqueue("a", 10, "key", content: "other", status: 200).Broken());

    [Fact]
    public void AtMostOnce_StartedTwice_IsBroken() => Assert.Equal(
        [HistoryRule.AtMostOnce],
        new LogBook().Enqueue("a", 0, once: true).Claim(10, 1_000, ("a", "t", 1)).Claim(9_000, 1_000, ("a", "u", 2)).Broken());

    [Fact]
    public void Approval_ClaimedWithout_IsBroken() => Assert.Equal(
        [HistoryRule.Approval], new LogBook().Enqueue("a", 0, approval: true).Claim(10, 1_000, ("a", "t", 1)).Approve("a", 20).Broken());

    [Fact]
    public void Approval_ClaimedWith_Holds() =>
        Assert.Empty(new LogBook().Enqueue("a", 0, approval: true).Approve("a", 5).Claim(10, 1_000, ("a", "t", 1)).Broken());

    [Fact]
    public void OwnDevice_HandedToAnother_IsBroken() => Assert.Equal(
        [HistoryRule.OwnDevice],
        new LogBook().Enqueue("a", 0).Add(new ClaimSeen
        {
            By = "other",
            Device = "other",
            Sent = 10_000,
            Answered = 11_000,
            Status = 200,
            VisibilityMs = 1_000,
            Commands = [new GrantSeen { Command = "a", Token = "t", Attempt = 1, VisibleUntil = LogBook.Server + 1_010 }],
        }).Broken());

    [Fact]
    public void Push_NextClaimBeforeTheEnd_IsBroken() => Assert.Equal(
        [HistoryRule.OneClaim], new LogBook().Enqueue("a", 0).Push("c1", 1, 60_000, "a", "t", 1).Claim(20_000, 5_000, ("a", "u", 2)).Broken());

    [Fact]
    public void Push_NextClaimAfterTheGraceOfItsLostConnection_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Push("c1", 1, 60_000, "a", "t", 1).Lose("c1", 3_000, 8_000, 10_000).Claim(13_100, 5_000, ("a", "u", 2)).Broken());

    [Fact]
    public void Push_NextClaimWithinTheGraceOfItsLostConnection_IsBroken() => Assert.Equal(
        [HistoryRule.OneClaim],
        new LogBook().Enqueue("a", 0).Push("c1", 1, 60_000, "a", "t", 1).Lose("c1", 3_000, 8_000, 10_000).Claim(10_000, 5_000, ("a", "u", 2)).Broken());

    [Fact]
    public void Push_CameAgainOverTheNextConnection_LastsAsLongAsBefore() => Assert.Equal(
        [HistoryRule.ClaimLasts],
        new LogBook().Enqueue("a", 0).Push("c1", 1, 60_000, "a", "t", 1).Lose("c1", 3_000, 8_000, 10_000).Push("c2", 1, 60_000, "a", "t", 1, came: 9_000)
            .Result("a", "t", 30_000, status: 403).Broken());

    [Fact]
    public void Push_TokenIsRefusedAfterTheGrace_Holds() => Assert.Empty(
        new LogBook().Enqueue("a", 0).Push("c1", 1, 60_000, "a", "t", 1).Lose("c1", 3_000, 8_000, 10_000).Result("a", "t", 30_000, status: 403).Broken());

    [Fact]
    public void Push_FirstShowingWasLost_LeavesTheClockKnown() => Assert.Equal(
        [HistoryRule.StaleToken],
        new LogBook().Enqueue("a", 0).Push("c2", 1, 60_000, "a", "t", 1, came: 20_000).Enqueue("b", 30_000).Push("c2", 30_001, 5_000, "b", "u", 1)
            .Extend("b", "u", 40_000, 5_000).Broken());

    [Fact]
    public void Push_LowerPriorityFirst_IsBroken() => Assert.Equal(
        [HistoryRule.Order],
        new LogBook().Enqueue("high", 0, priority: 8).Enqueue("low", 4_000, priority: 3)
            .Push("c1", 4_001, 60_000, "low", "t", 1).Claim(9_000, 5_000, ("high", "u", 1)).Broken());

    [Fact]
    public void InFlight_AsManyAsTheCredit_Holds() => Assert.Empty(Pushes(10).Broken());

    [Fact]
    public void InFlight_OneMoreThanTheCredit_IsBroken() => Assert.Equal([HistoryRule.InFlight], Pushes(11).Broken());

    [Fact]
    public void InFlight_OneMoreWhenAResultMayHaveLeft_Holds() =>
        Assert.Empty(Pushes(10).Result("c3", "t3", 99_000, status: null).Enqueue("last", 100_000).Push("c1", 100_001, 600_000, "last", "u", 1).Broken());

    [Fact]
    public void Clock_ThatContradictsItself_LeavesEndsUndecided()
    {
        var verdict = new LogBook().Enqueue("a", 0).Claim(10, 5_000, ("a", "t", 1)).Extend("a", "t", 60_000, 1_000)
            .Add(new ClaimSeen
            {
                By = "pi",
                Device = "pi",
                Sent = 50_000_000,
                Answered = 50_001_000,
                Status = 200,
                VisibilityMs = 1_000,
                Commands = [new GrantSeen { Command = "b", Token = "u", Attempt = 1, VisibleUntil = LogBook.Server + 1_000 }],
            }).Verdict();
        Assert.True(verdict.Held);
        Assert.Equal(1, verdict.Rules[(int)HistoryRule.StaleToken].Undecided["the server's clock is not known"]);
    }

    private static LogBook Pushes(int count)
    {
        var log = new LogBook();
        for (var i = 0; i < count; i++) log.Enqueue($"c{i}", i * 5_000).Push("c1", (i * 5_000) + 1, 600_000, $"c{i}", $"t{i}", 1);
        return log;
    }
}
