using System.Collections.Concurrent;
using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// Generated histories of hosts that come, stop and are killed while their actors are called at every sidecar: an actor is on one
/// host at a time and has one turn at a time, and only a call that was with a host when it went may fail.
/// </summary>
public sealed class PlacementHistoryTests : IAsyncDisposable
{
    private const int Hosts = 3, Callers = 8, Actors = 12, Steps = 14;
    private const string Config = """{"entities":["M"],"drainOngoingCallTimeout":"20s","drainRebalancedActors":true}""";

    private readonly EmbeddedGroup group = new();
    private readonly Ledger ledger = new();
    private readonly int[] lives = new int[Hosts];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Actor_WhateverHostsDo_IsOnOneHostAtATime(int seed)
    {
        await group.OpenAsync("a", "a", "b");
        var apps = new ScriptedApp?[Hosts];
        for (int host = 0; host < Hosts; host++) apps[host] = await JoinAsync(host);
        using var enough = new CancellationTokenSource();
        Task<int>[] callers = [.. Enumerable.Range(0, Callers).Select(caller => CallAsync(new Random(seed * 100 + caller), enough.Token))];

        var random = new Random(seed);
        int left = 0;
        for (int step = 0; step < Steps; step++)
        {
            int host = random.Next(Hosts);
            if (apps[host] is not { } app) apps[host] = await JoinAsync(host);
            else if (apps.Count(other => other is not null) > 1)
            {
                if (random.Next(2) == 0)
                {
                    ledger.Kill((host, lives[host]));
                }
                else
                {
                    ledger.Stop((host, lives[host]));
                    await app.StopAsync();
                }

                await group.LeaveAsync(host);
                apps[host] = null;
                left++;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(30)), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await enough.CancelAsync();
        int failed = (await Task.WhenAll(callers)).Sum();
        Assert.Empty(ledger.Faults);
        Assert.True(ledger.Turns > 100, $"only {ledger.Turns} turns ran");
        Assert.InRange(failed, 0, left * Callers);
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    private Task<ScriptedApp> JoinAsync(int host)
    {
        (int, int) life = (host, ++lives[host]);
        return group.JoinAsync(host, Config, script: app => app.Otherwise = async call =>
        {
            string[] path = call.Target.Split('/');
            if (path is not ["", "actors", "M", var actor, ..]) return AppReply.Ok;
            if (call.Method == "DELETE")
            {
                ledger.Deactivate(life, actor);
                return AppReply.Ok;
            }

            ledger.Begin(life, actor);
            if (actor.EndsWith('1')) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            else await Task.Yield();
            ledger.End(life, actor);
            return AppReply.Ok;
        });
    }

    /// <summary>Calls actors until it is enough; how many calls failed.</summary>
    private async Task<int> CallAsync(Random random, CancellationToken enough)
    {
        int failed = 0;
        while (!enough.IsCancellationRequested)
        {
            Answer answer = await group[random.Next(Hosts)].SendAsync("PUT", $"/v1.0/actors/M/{random.Next(Actors)}/method/x");
            if ((int)answer.Status == 200) continue;
            Assert.EndsWith(": EOF", answer.Message, StringComparison.Ordinal);
            failed++;
        }

        return failed;
    }

    /// <summary>What the hosts' processes did. One that is killed does nothing any more, whatever its code here still does.</summary>
    private sealed class Ledger
    {
        private readonly Lock gate = new();
        private readonly HashSet<(int, int)> dead = [];
        private readonly HashSet<(int, int)> stopping = [];
        private readonly Dictionary<string, (int, int)> active = [];
        private readonly Dictionary<string, (int, int)> running = [];

        public ConcurrentQueue<string> Faults { get; } = [];

        public int Turns { get; private set; }

        public void Begin((int Host, int Life) host, string actor)
        {
            lock (gate)
            {
                if (dead.Contains(host)) return;
                if (running.TryGetValue(actor, out var busy)) Faults.Enqueue($"{actor} began a turn on {host} while one ran on {busy}");
                if (active.TryGetValue(actor, out var other) && other != host) Faults.Enqueue($"{actor} became active on {host} while it was so on {other}");
                running[actor] = host;
                if (!stopping.Contains(host)) active[actor] = host;
                Turns++;
            }
        }

        public void End((int Host, int Life) host, string actor)
        {
            lock (gate)
            {
                if (!dead.Contains(host)) running.Remove(actor);
            }
        }

        public void Deactivate((int Host, int Life) host, string actor)
        {
            lock (gate)
            {
                if (!dead.Contains(host) && running.ContainsKey(actor)) Faults.Enqueue($"{actor} was deactivated on {host} in a turn");
                if (active.GetValueOrDefault(actor) == host) active.Remove(actor);
            }
        }

        /// <summary>The process is gone, and all that it had.</summary>
        public void Kill((int Host, int Life) host)
        {
            lock (gate)
            {
                dead.Add(host);
                foreach (string actor in running.Where(turn => turn.Value == host).Select(turn => turn.Key).ToArray()) running.Remove(actor);
                Forget(host);
            }
        }

        /// <summary>The process lets its turns finish and is then gone; nobody tells it of its actors.</summary>
        public void Stop((int Host, int Life) host)
        {
            lock (gate)
            {
                stopping.Add(host);
                Forget(host);
            }
        }

        private void Forget((int, int) host)
        {
            foreach (string actor in active.Where(place => place.Value == host).Select(place => place.Key).ToArray()) active.Remove(actor);
        }
    }
}
