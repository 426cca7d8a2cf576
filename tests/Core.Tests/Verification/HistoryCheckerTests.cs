using Gateway.Core.Verification;

namespace Gateway.Core.Tests.Verification;

/// <summary>Logs of real queues pass; each of them fails once something in it is changed that breaks a rule.</summary>
public sealed class HistoryCheckerTests
{
    private const int Histories = 120;
    private const int Steps = 150;

    private static readonly CheckOptions Sharp = new() { ClockTolerance = TimeSpan.FromMilliseconds(50), Drained = true, MaxInFlight = HistoryRecorder.Credit };

    [Fact]
    public void Check_LogsOfTheRealQueue_FindsNothing()
    {
        for (var seed = 0; seed < Histories; seed++)
        {
            var verdict = HistoryChecker.Check(HistoryRecorder.Record(seed, Steps), Sharp);
            Assert.True(verdict.Held, $"Seed {seed}: {Describe(verdict)}");
        }
    }

    [Fact]
    public void Check_LogsOfTheRealQueue_PutEveryRuleToTheTest()
    {
        var verdicts = Enumerable.Range(0, 20).Select(seed => HistoryChecker.Check(HistoryRecorder.Record(seed, Steps), Sharp)).ToList();
        Assert.All(HistoryRules.All, rule => Assert.True(verdicts.Sum(verdict => verdict.Rules[(int)rule].Checked) > 20, $"{rule} is hardly tested."));
    }

    [Fact]
    public void Check_LogWithOneRandomMutation_FindsTheBrokenRule()
    {
        for (var seed = 0; seed < Histories; seed++)
        {
            var random = new Random(seed);
            var log = HistoryRecorder.Record(seed, Steps);
            var order = Mutations.All.ToArray();
            random.Shuffle(order);
            var (breaks, doctored) = order
                .Select(mutation => (mutation.Breaks, Log: mutation.Apply(new Mutations(log, random))))
                .First(mutated => mutated.Log is not null);
            var verdict = HistoryChecker.Check(doctored!, Sharp);
            Assert.True(verdict.Rules[(int)breaks].Broken > 0, $"Seed {seed}: {breaks} was broken and not found. {Describe(verdict)}");
            Assert.All(verdict.Violations, violation => Assert.NotEmpty(violation.Evidence));
        }
    }

    [Fact]
    public void Check_EachMutation_IsFoundInEveryLogThatItFits()
    {
        for (var i = 0; i < Mutations.All.Count; i++)
        {
            var fitted = 0;
            for (var seed = 0; seed < 12; seed++)
            {
                var (breaks, apply) = Mutations.All[i];
                if (apply(new Mutations(HistoryRecorder.Record(seed, Steps), new Random(seed))) is not { } doctored) continue;
                fitted++;
                var verdict = HistoryChecker.Check(doctored, Sharp);
                Assert.True(verdict.Rules[(int)breaks].Broken > 0, $"Mutation {i}, seed {seed}: {breaks} was broken and not found. {Describe(verdict)}");
            }

            Assert.True(fitted > 3, $"Mutation {i} hardly ever fits.");
        }
    }

    [Fact]
    public void Check_EntriesInAnyOrder_ComeToTheSame()
    {
        var log = HistoryRecorder.Record(7, Steps).ToArray();
        var inOrder = HistoryChecker.Check(log, Sharp);
        new Random(7).Shuffle(log);
        var shuffled = HistoryChecker.Check(log, Sharp);
        Assert.Equal(
            inOrder.Rules.Select(rule => (rule.Rule, rule.Checked, rule.Broken)), shuffled.Rules.Select(rule => (rule.Rule, rule.Checked, rule.Broken)));
    }

    private static string Describe(HistoryVerdict verdict) => string.Join("\n", verdict.Violations.Select(violation =>
        $"{violation.Rule} {violation.Subject}: {violation.Message}\n    {string.Join("\n    ", violation.Evidence.Select(ObservationLog.Line))}"));
}
