using FsCheck;
using FsCheck.Fluent;

namespace Gateway.Core.Tests.Queue.Model;

/// <summary>A generated history; it shrinks by leaving steps out.</summary>
internal sealed record GeneratedHistory(IReadOnlyList<Step> Steps)
{
    public override string ToString() => string.Concat(Steps.Select(step => $"\n  {step}"));
}

/// <summary>Generates histories. Numbers are small and times few, so that things meet.</summary>
internal static class Histories
{
    private static readonly long[] Moves = [0, 1, 5, 40, 100, 500, 2_000, 10_000, 60_000, 3_600_000, 86_400_000, -1, -20, -700];

    /// <summary>Replicas that hold channels and watch.</summary>
    public const int Replicas = 4;

    public static Arbitrary<GeneratedHistory> Arbitrary(int longest) => Arb.From(
        Gen.Choose(0, int.MaxValue - 1).SelectMany(seed => Gen.Choose(1, longest).Select(length => Generate(seed, length))),
        Shrink);

    /// <summary>A history of a mood: some fill the queue, some empty it, some let time pass.</summary>
    public static GeneratedHistory Generate(int seed, int length)
    {
        var random = new Random(seed);
        var mood = random.Next(5);
        return new GeneratedHistory([.. Enumerable.Range(0, length).Select(_ =>
        {
            if (random.Next(20) == 0) mood = random.Next(5);
            return NextStep(random, mood);
        })]);
    }

    private static IEnumerable<GeneratedHistory> Shrink(GeneratedHistory history)
    {
        for (var size = history.Steps.Count / 2; size > 0; size /= 2)
            for (var at = 0; at + size <= history.Steps.Count; at += size)
                yield return new GeneratedHistory([.. history.Steps.Take(at), .. history.Steps.Skip(at + size)]);
        for (var i = 0; i < history.Steps.Count; i++)
            if (history.Steps[i] is CommitStep { Acts.Count: > 1 } commit)
                foreach (var act in commit.Acts)
                    yield return new GeneratedHistory(
                        [.. history.Steps.Take(i), commit with { Acts = [act] }, .. history.Steps.Skip(i + 1)]);
    }

    private static Step NextStep(Random random, int mood) => random.Next(100) switch
    {
        < 76 => new CommitStep(
            [.. Enumerable.Range(0, random.Next(4) == 0 ? random.Next(2, 6) : 1).Select(_ => NextAct(random, mood))], NextFault(random)),
        < 85 => new ClockStep(Moves[random.Next(mood == 4 ? Moves.Length : 7)]),
        < 90 => new LookStep(random.Next(2) == 0, random.Next(2) == 0, NextFault(random)),
        < 96 => new FlushStep(random.Next(3) == 0 ? random.Next(1, 6) : int.MaxValue),
        < 98 => new DeathStep(random.Next(Replicas)),
        _ => new TamperStep(random.Next(100)),
    };

    private static Fault NextFault(Random random) => random.Next(12) switch
    {
        0 => Fault.LostRace,
        1 => Fault.CrashBeforeHead,
        2 => Fault.CrashAfterHead,
        _ => Fault.None,
    };

    private static Act NextAct(Random random, int mood) => (random.Next(100) - (mood is 0 or 1 ? 30 : 0)) switch
    {
        < 28 => NextEnqueue(random),
        < 44 => new ClaimAct(random.Next(1, 4), Visibility(random), random.Next(4) == 0),
        < 48 => new ExtendAct(NextPick(random, Among.Claimed), random.Next(5) == 0, Visibility(random)),
        < 51 => new ReleaseAct(NextPick(random, random.Next(4) == 0 ? Among.Waiting : Among.Claimed), random.Next(5) == 0),
        < 64 => new ResultAct(
            NextPick(random, random.Next(4) == 0 ? Among.Ended : Among.Claimed), random.Next(5) == 0, random.Next(2) == 0, random.Next(3), random.Next(4)),
        < 76 => new DecideAct(
            NextPick(random, Among.Pending), random.Next(5) != 0, random.Next(2) == 0, random.Next(8) == 0, random.Next(10) == 0),
        < 85 => new CancelAct(NextPick(random, Among.Waiting), random.Next(2) == 0, random.Next(8) == 0),
        < 91 => new OpenAct(random.Next(3) == 0 ? random.Next(1, 800) : 7_200_000),
        < 92 => new CloseAct(random.Next(3) == 0),
        < 94 => new AttachAct(
            random.Next(Replicas), random.Next(6) == 0, random.Next(3) == 0 ? 1 : null, random.Next(3) == 0 ? Visibility(random) : null),
        < 96 => random.Next(5) == 0
            ? new DrainAct(random.Next(4) == 0)
            : new DetachAct(random.Next(4) == 0, random.Next(3) == 0 ? random.Next(3) * 40 : null),
        < 97 => new ReturnAct(),
        < 98 => new WatchAct(random.Next(Replicas), random.Next(3) == 0),
        _ => new ExplainAct(NextPick(random, Among.Waiting), random.Next(3) == 0),
    };

    private static EnqueueAct NextEnqueue(Random random) => new(
        random.Next(3) == 0 ? random.Next(10) : random.Next(4, 6),
        random.Next(2),
        random.Next(6),
        random.Next(3) == 0 ? random.Next(8) : null,
        random.Next(4) == 0,
        random.Next(2) == 0,
        random.Next(15) == 0,
        random.Next(8) == 0,
        random.Next(3) == 0 ? random.Next(-1, 400) : null,
        random.Next(5) == 0 ? random.Next(1, 300) : null,
        random.Next(10) == 0);

    private static long Visibility(Random random) => random.Next(2) == 0 ? random.Next(1, 60) : random.Next(100, 5_000);

    private static Pick NextPick(Random random, Among mostly) =>
        new(random.Next(5) == 0 ? (Among)random.Next(6) : mostly, random.Next(100));
}
