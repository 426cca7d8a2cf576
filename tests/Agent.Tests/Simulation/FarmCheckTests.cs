using Gateway.Agent.Simulation.Farm;

namespace Gateway.Agent.Tests.Simulation;

/// <summary>What a farm saw of a server that keeps its word, and of servers that do not: each in one way.</summary>
public sealed class FarmCheckTests
{
    private const string Device = "device-1", Mark = "node-1/1/done";

    [Fact]
    public void Check_TaskWasLostOnItsWayAndOfferedAgain_Holds()
    {
        TaskTrace task = Sent();
        task.Begin(new Begun(Device, 1));
        task.Say(new Said(1, Mark, SaidAnswer.Unknown, SaidKind.Result));
        task.Say(new Said(1, Mark, SaidAnswer.Refused, SaidKind.Result));
        task.Begin(new Begun(Device, 2));
        task.Say(new Said(3, "ahead", SaidAnswer.Refused, SaidKind.Ahead));
        task.Say(new Said(2, "node-1/2/done", SaidAnswer.Taken, SaidKind.Result));
        task.Say(new Said(2, "other", SaidAnswer.Refused, SaidKind.Other));
        task.Say(new Said(2, "node-1/2/done", SaidAnswer.Taken, SaidKind.Again));
        task.Shown = new TaskShown(Device, "completed", 2, "node-1/2/done", null);

        FarmVerdict verdict = FarmCheck.Check([task]);
        Assert.True(verdict.Held, string.Join('\n', verdict.Rules.SelectMany(rule => rule.Broken)));
        Assert.All(verdict.Rules, rule => Assert.NotEqual(0, rule.Checked));
    }

    [Fact]
    public void Check_AnswerToTheResultWasLost_ItMayHaveBeenTaken()
    {
        TaskTrace task = Sent();
        task.Begin(new Begun(Device, 1));
        task.Say(new Said(1, Mark, SaidAnswer.Unknown, SaidKind.Result));
        task.Shown = new TaskShown(Device, "completed", 1, Mark, null);

        Assert.True(FarmCheck.Check([task]).Held);
    }

    [Fact]
    public void Check_ResultWasRefusedAndTakenWhenTheTaskCameAgain_HoldsAndIsNoted()
    {
        TaskTrace task = Sent();
        task.Begin(new Begun(Device, 1));
        task.Say(new Said(1, Mark, SaidAnswer.Refused, SaidKind.Result, "-32003"));
        task.Say(new Said(1, Mark, SaidAnswer.Taken, SaidKind.Result));
        task.Shown = new TaskShown(Device, "completed", 1, Mark, null);

        Assert.True(FarmCheck.Check([task]).Held);
        Assert.Equal(["task-1 was said as attempt 1 (Refused: -32003), as attempt 1 (Taken)"], FarmCheck.RefusedAtFirst([task]));
    }

    [Theory]
    [InlineData("What was accepted is kept")]
    [InlineData("Every task ends")]
    [InlineData("Nothing runs that was not sent")]
    [InlineData("One idempotency key, one task")]
    [InlineData("A task goes to its own device")]
    [InlineData("Begun again is a later attempt")]
    [InlineData("One result is taken")]
    [InlineData("The same again is answered the same")]
    [InlineData("Other results are refused")]
    [InlineData("The result that was taken is shown")]
    [InlineData("It ended by its node's word, or says why not")]
    public void Check_OneWordBroken_SaysWhich(string broken)
    {
        TaskTrace task = broken == "Nothing runs that was not sent" ? new TaskTrace("task-1") : Sent();
        List<TaskTrace> all = [task];
        task.Begin(new Begun(broken == "A task goes to its own device" ? "device-2" : Device, 1));
        task.Say(new Said(1, Mark, SaidAnswer.Taken, SaidKind.Result));
        task.Shown = new TaskShown(Device, "completed", 1, Mark, null);
        switch (broken)
        {
            case "What was accepted is kept":
                task.Shown = null;
                break;
            case "Every task ends":
                task.Shown = new TaskShown(Device, "running", 1, null, null);
                break;
            case "One idempotency key, one task":
                TaskTrace second = new("task-2");
                second.Accept("key-1", Device);
                second.Shown = new TaskShown(Device, "failed", 1, null, "TIMEOUT");
                all.Add(second);
                break;
            case "Begun again is a later attempt":
                task.Begin(new Begun(Device, 1));
                break;
            case "One result is taken":
                task.Say(new Said(1, "node-1/1/cut off", SaidAnswer.Taken, SaidKind.Result));
                break;
            case "The same again is answered the same":
                task.Say(new Said(1, Mark, SaidAnswer.Refused, SaidKind.Again));
                break;
            case "Other results are refused":
                task.Say(new Said(2, "ahead", SaidAnswer.Taken, SaidKind.Ahead));
                break;
            case "The result that was taken is shown":
                task.Shown = new TaskShown(Device, "completed", 1, "node-1/1/cut off", null);
                break;
            case "It ended by its node's word, or says why not":
                task = Sent();
                task.Shown = new TaskShown(Device, "completed", 1, null, null);
                all = [task];
                break;
        }

        FarmVerdict verdict = FarmCheck.Check(all);
        Assert.False(verdict.Held);
        Assert.Equal(broken, Assert.Single(verdict.Rules, rule => rule.Broken.Count > 0).Sentence);
    }

    private static TaskTrace Sent()
    {
        var task = new TaskTrace("task-1");
        task.Accept("key-1", Device);
        return task;
    }
}
