using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Tests.Fakes;

namespace Gateway.Queue.Tests;

/// <summary>
/// Every path of the queue, and at every call that it awaits everything that can happen there: the process stops before it, after
/// it, or with it still on its way, and another one goes on; or the call fails, done or not done, in whole or by half. Each path by itself, so that a
/// failure says where.
/// </summary>
public sealed class StopTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>A path: what comes before, and what is watched.</summary>
    private sealed record Path(Func<Stage, Task> Before, Func<Stage, Task> Watched);

    private static readonly Dictionary<string, Path> Paths = new()
    {
        ["enqueue"] = new(_ => Task.CompletedTask, stage => stage.SendAsync("a")),
        ["enqueue, large"] = new(_ => Task.CompletedTask, stage => stage.SendAsync("a", large: true)),
        ["enqueue, spills"] = new(stage => FillAsync(stage, 6), stage => stage.SendAsync("a")),
        ["enqueue, fills a segment up"] = new(stage => FillAsync(stage, 13), stage => FillAsync(stage, 3, "more")),
        ["enqueue, known from history"] = new(
            async stage =>
            {
                await stage.SendAsync("a");
                await stage.ResultAsync((await stage.ClaimAsync())[0]);
                await stage.FlushAsync();
                await stage.SendAsync("b");
            },
            stage => stage.SendAsync("a")),
        ["claim"] = new(stage => stage.SendAsync("a"), stage => stage.ClaimAsync()),
        ["claim, large"] = new(stage => stage.SendAsync("a", large: true), stage => stage.ClaimAsync()),
        ["claim, from a segment"] = new(stage => FillAsync(stage, 12), async stage =>
        {
            for (var i = 0; i < 3; i++) await stage.ClaimAsync(3);
        }),
        ["claim, nothing there"] = new(_ => Task.CompletedTask, async stage =>
        {
            await stage.AskAsync(QueueReplica.Claim() with { Interest = "elsewhere" });
            await stage.SendAsync("a");
        }),
        ["extend"] = new(SendAndClaimAsync, stage => stage.ExtendAsync(stage.Torture.Claims[0])),
        ["release"] = new(SendAndClaimAsync, ReleaseAsync),
        ["release, into a segment"] = new(
            async stage =>
            {
                await FillAsync(stage, 12);
                await stage.ClaimAsync(9);
            },
            async stage =>
            {
                foreach (var claim in stage.Torture.Claims.ToList()) await stage.ReleaseAsync(claim);
            }),
        ["release, what must not run twice, large"] = new(
            async stage =>
            {
                await stage.SendAsync("a", command => command with { AtMostOnce = true }, large: true);
                await stage.ClaimAsync();
            },
            ReleaseAsync),
        ["result"] = new(SendAndClaimAsync, stage => stage.ResultAsync(stage.Torture.Claims[0])),
        ["result, again"] = new(
            async stage =>
            {
                await SendAndClaimAsync(stage);
                var claim = stage.Torture.Claims[0];
                await stage.ResultAsync(claim);
                await stage.FlushAsync();
                await stage.SendAsync("b");
                stage.Torture.Claims.Add(claim);
            },
            stage => stage.ResultAsync(stage.Torture.Claims[0])),
        ["cancel, at hand"] = new(stage => stage.SendAsync("a"), stage => stage.CancelAsync(stage.Torture.Known[0])),
        ["cancel, in a segment"] = new(stage => FillAsync(stage, 12), stage => stage.CancelAsync(stage.Torture.Known[6])),
        ["cancel, claimed and large"] = new(
            async stage =>
            {
                await stage.SendAsync("a", large: true);
                await stage.ClaimAsync();
            },
            stage => stage.CancelAsync(stage.Torture.Known[0])),
        ["approve"] = new(
            stage => stage.SendAsync("a", command => command with { RequiresApproval = true }),
            stage => stage.DecideAsync(stage.Torture.Known[0], approved: true)),
        ["approve, into a segment"] = new(
            async stage =>
            {
                await FillAsync(stage, 3, "before");
                await stage.SendAsync("a", command => command with { RequiresApproval = true });
                await FillAsync(stage, 12);
            },
            stage => stage.DecideAsync(stage.Torture.Known[3], approved: true)),
        ["reject"] = new(
            stage => stage.SendAsync("a", command => command with { RequiresApproval = true }, large: true, end: CommandState.Rejected),
            stage => stage.DecideAsync(stage.Torture.Known[0], approved: false)),
        ["claim, its approval has lapsed"] = new(
            async stage =>
            {
                await stage.SendAsync("a", command => command with { RequiresApproval = true });
                await stage.DecideAsync(stage.Torture.Known[0], approved: true);
                stage.Pass(3 * Minute);
                stage.Promise(stage.Torture.Known[0], CommandState.Cancelled);
            },
            stage => stage.ClaimAsync()),
        ["session, opened and closed"] = new(_ => Task.CompletedTask, async stage =>
        {
            await stage.AskAsync(Session());
            await stage.SendAsync("a", command => command with { SessionId = "s" }, end: CommandState.Cancelled);
            await stage.AskAsync(new CloseSession("s", "customer:c"));
        }),
        ["session, closed with commands everywhere"] = new(SessionEverywhereAsync, stage => stage.AskAsync(new CloseSession("s", "customer:c"))),
        ["deadline, session"] = new(
            async stage =>
            {
                await SessionEverywhereAsync(stage);
                foreach (var id in stage.Torture.Known.Take(13)) stage.Promise(id, CommandState.Expired);
                stage.Pass(11 * Minute);
            },
            RemindAsync),
        ["deadline, claim"] = new(
            async stage =>
            {
                await SendAndClaimAsync(stage);
                stage.Torture.Claims.Clear();
                stage.Pass(2 * Minute);
            },
            RemindAsync),
        ["deadline, claim on what must not run twice"] = new(
            async stage =>
            {
                await stage.SendAsync("a", command => command with { AtMostOnce = true }, large: true, end: CommandState.Unknown);
                await stage.ClaimAsync();
                stage.Torture.Claims.Clear();
                stage.Pass(2 * Minute);
            },
            RemindAsync),
        ["deadline, claimed too often"] = new(
            async stage =>
            {
                await stage.SendAsync("a", end: CommandState.DeadLettered);
                for (var i = 0; i < 3; i++)
                {
                    await stage.ClaimAsync();
                    stage.Torture.Claims.Clear();
                    stage.Pass(2 * Minute);
                }
            },
            RemindAsync),
        ["deadline, timeout"] = new(
            async stage =>
            {
                await stage.SendAsync("a", command => command with { TimeoutMs = 5_000 }, end: CommandState.TimedOut);
                await stage.ClaimAsync();
                stage.Torture.Claims.Clear();
                stage.Pass(Minute);
            },
            RemindAsync),
        ["deadline, expiries in segments"] = new(
            async stage =>
            {
                for (var i = 0; i < 14; i++)
                {
                    var expires = i % 2 == 0;
                    await stage.SendAsync(
                        $"k{i}",
                        command => expires ? command with { ExpiresAt = stage.Torture.Time.GetUtcNow() + Minute } : command,
                        large: i % 3 == 0,
                        end: expires ? CommandState.Expired : CommandState.Completed);
                }

                stage.Pass(2 * Minute);
            },
            async stage =>
            {
                for (var i = 0; i < 3; i++) await RemindAsync(stage);
            }),
        ["history, large texts"] = new(
            async stage =>
            {
                await stage.SendAsync("a", large: true);
                await stage.ResultAsync((await stage.ClaimAsync())[0]);
            },
            stage => stage.FlushAsync()),
        ["collection, after history took it"] = new(
            async stage =>
            {
                for (var i = 0; i < 2; i++)
                {
                    await stage.SendAsync($"k{i}", large: true);
                    await stage.ResultAsync((await stage.ClaimAsync())[0]);
                }
            },
            async stage =>
            {
                await stage.FlushAsync();
                await stage.SendAsync("b");
            }),
    };

    public static TheoryData<string, EtagKind> Cases()
    {
        var data = new TheoryData<string, EtagKind>();
        foreach (var path in Paths.Keys)
            foreach (var etags in (EtagKind[])[EtagKind.Counter, EtagKind.Text]) data.Add(path, etags);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Path_StoppedOrFailedAtEveryCall_KeepsEveryPromise(string path, EtagKind etags)
    {
        var calls = await PlayAsync(Paths[path], etags, plan: null);
        Assert.NotEmpty(calls);
        var points = calls.Distinct().SelectMany(name => Enumerable.Range(1, calls.Count(call => call == name)).SelectMany(n =>
            Enum.GetValues<Fault>().Where(fault => FaultRain.Fits(fault, name)).Select(fault => new FaultPlan(name, n, fault))));
        await Parallel.ForEachAsync(points, async (plan, _) =>
        {
            try
            {
                await PlayAsync(Paths[path], etags, plan);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{plan}: {e.Message}", e);
            }
        });
    }

    private static async Task<IReadOnlyList<string>> PlayAsync(Path path, EtagKind etags, FaultPlan? plan)
    {
        var stage = new Stage(etags);
        await path.Before(stage);
        await stage.Torture.Store.IdleAsync();
        stage.Fresh(plan);
        await path.Watched(stage);

        // What a commit leaves to be deleted goes after its answer, so a fault there may be still to come.
        if (plan is not null) await Eventually.UntilAsync(() => plan.HasHappened);
        await stage.Torture.Store.IdleAsync();
        var calls = stage.Calls;
        await stage.CloseAsync();
        if (plan is null) await stage.Torture.Store.CollectedAsync(Torture.Device);
        return calls;
    }

    private static async Task FillAsync(Stage stage, int commands, string name = "fill")
    {
        for (var i = 0; i < commands; i++) await stage.SendAsync($"{name} {i}");
    }

    private static async Task SendAndClaimAsync(Stage stage)
    {
        await stage.SendAsync("a");
        await stage.ClaimAsync();
    }

    private static Task ReleaseAsync(Stage stage) => stage.ReleaseAsync(stage.Torture.Claims[0]);

    private static OpenSession Session() => new("s", "c", "diagnostic", null, 10 * Minute);

    /// <summary>Commands of a session at hand, in segments, and waiting for approval, among others that are not of it.</summary>
    private static async Task SessionEverywhereAsync(Stage stage)
    {
        await stage.AskAsync(Session());
        for (var i = 0; i < 12; i++)
            await stage.SendAsync($"s{i}", command => command with { SessionId = "s" }, large: i % 4 == 0, end: CommandState.Cancelled);
        await stage.SendAsync("p", command => command with { SessionId = "s", RequiresApproval = true }, end: CommandState.Cancelled);
        await FillAsync(stage, 3);
    }

    private static Task<ClockOutcome> RemindAsync(Stage stage) => stage.AskAsync(new LookAtClock(ReminderFired: true));
}
