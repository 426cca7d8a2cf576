using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Core.Commands;
using Gateway.Core.Verification;

namespace Gateway.Agent.Simulation;

/// <summary>
/// A device with faults: it dies with a claim and comes back, sends results twice or another one, is slow or too slow, has a clock
/// that is wrong, hangs up before the answer. One loop that mostly waits; no thread and no connection of its own.
/// </summary>
internal sealed partial class SimulatedDevice(FleetDevice device, SimulationWorld world)
{
    private readonly Random random = world.RandomFor(1, device.Index);
    private readonly List<(string Command, string Token)> former = [];
    private readonly TimeSpan pollEvery = TimeSpan.FromSeconds(Math.Clamp(world.Settings.Devices / 150.0, 3, 60));
    private readonly int longestClaim = (int)world.Settings.LongestClaim.TotalMilliseconds;
    private string? session;
    private int claims;
    private TimeSpan skew;

    public async Task RunAsync(CancellationToken cancel)
    {
        skew = TimeSpan.FromSeconds(random.Next(-3_600, 3_600));
        if (world.Settings.UsesSocket)
        {
            await RunOverSocketAsync(cancel);
            return;
        }

        while (!world.IsOver)
        {
            await device.WaitAsync(pollEvery * (0.5 + random.NextDouble()), world.Time, cancel);
            if (Chance(2)) Reconnect();
            if (Chance(10)) await HeartbeatAsync(cancel);
            if (Chance(5)) await UseAFormerTokenAsync(cancel);
            while (!world.IsOver && await ClaimAndWorkAsync(cancel))
            {
            }
        }
    }

    /// <returns>Whether there may be more to do.</returns>
    private async Task<bool> ClaimAndWorkAsync(CancellationToken cancel)
    {
        int visibility = Chance(15) ? random.Next(1_000, 2_000) : random.Next(Math.Max(1_000, longestClaim * 3 / 8), longestClaim);
        string request = $"{device.Id}-{++claims}";
        var body = new JsonObject { ["limit"] = random.Next(1, 4), ["visibilityTimeout"] = visibility, ["requestId"] = request };
        if (Chance(5)) body["waitMs"] = 400;
        (Exchange exchange, List<Work> works) = await ClaimAsync(body, visibility, request, Drop(3), cancel);
        if (exchange.IsOpen && Chance(70)) (exchange, works) = await ClaimAsync(body, visibility, request, null, cancel);
        if (!exchange.Ok) await world.DelayAsync(random.Next(200, 1_500), cancel);
        foreach (Work work in works)
        {
            world.Progress.Count(Counted.Claimed);
            Remember(work);
            if (Chance(3))
            {
                await DieAsync(cancel);
                return true;
            }

            await DoAsync(work, visibility, cancel);
        }

        return works.Count > 0 || exchange.IsOpen;
    }

    private async Task<(Exchange Exchange, List<Work> Works)> ClaimAsync(
        JsonObject body, int visibility, string request, TimeSpan? drop, CancellationToken cancel)
    {
        Exchange exchange = await CallAsync("commands/claim", body, drop, cancel);
        List<Work> works = exchange.Ok ? [.. exchange.At("commands").EnumerateArray().Select(Read)] : [];
        world.Note(exchange, () => new ClaimSeen
        {
            By = By,
            Device = device.Id,
            Sent = exchange.Sent,
            Answered = exchange.Answered,
            Status = exchange.Status,
            VisibilityMs = visibility,
            Request = request,
            Commands =
            [
                .. works.Select(Granted),
            ],
        });
        return (exchange, works);
    }

    private async Task DoAsync(Work work, int visibility, CancellationToken cancel)
    {
        await UseAnotherTokenAsync(work, cancel);
        switch (world.IsCalm ? 99 : random.Next(100))
        {
            case < 4:
                // Too slow, and never says so: its claim ends while it works.
                await world.DelayAsync(visibility + 300, cancel);
                break;
            case < 14:
                await world.DelayAsync(visibility * 0.6, cancel);
                await ExtendAsync(work, random.Next(longestClaim * 3 / 16, longestClaim * 5 / 8), cancel);
                await world.DelayAsync(visibility * 0.6, cancel);
                break;
            default:
                await world.DelayAsync(random.Next(5, world.IsCalm ? 30 : 250), cancel);
                break;
        }

        await AnswerAsync(work, cancel);
    }

    private async Task AnswerAsync(Work work, CancellationToken cancel)
    {
        ResultBody result = NewResult(work.Token);
        await DeliverAsync(work.Id, result, cancel);
        if (Chance(10)) await SubmitAsync(work.Id, result, null, cancel);
        if (Chance(4)) await SubmitAsync(work.Id, NewResult(work.Token), null, cancel);
    }

    /// <summary>As the real agent: until there is a definite answer.</summary>
    private async Task DeliverAsync(string command, ResultBody result, CancellationToken cancel)
    {
        TimeSpan? drop = Drop(6);
        while (!world.IsOver && (await SubmitAsync(command, result, drop, cancel)).IsOpen)
        {
            drop = null;
            await world.DelayAsync(random.Next(50, 600), cancel);
        }
    }

    private async Task DieAsync(CancellationToken cancel)
    {
        world.Progress.Count(Counted.Deaths);
        session = null;
        await world.DelayAsync(random.Next(500, 6_000), cancel);
    }

    private void Reconnect()
    {
        world.Progress.Count(Counted.Reconnects);
        session = null;
    }

    /// <summary>Late word of work on which the claim is over: the answer must be no.</summary>
    private async Task UseAFormerTokenAsync(CancellationToken cancel)
    {
        if (former.Count > 0) await UseTokenAsync(former[random.Next(former.Count)], cancel);
    }

    /// <summary>The same while the command is claimed: with the token of an earlier claim on it, or with one that nobody gave.</summary>
    private async Task UseAnotherTokenAsync(Work work, CancellationToken cancel)
    {
        int earlier = former.FindIndex(other => other.Command == work.Id && other.Token != work.Token);
        if (earlier >= 0 && Chance(60)) await UseTokenAsync(former[earlier], cancel);
        if (Chance(3)) await UseTokenAsync((work.Id, "never-given"), cancel);
    }

    private async Task UseTokenAsync((string Command, string Token) claim, CancellationToken cancel)
    {
        if (random.Next(2) == 0) await ExtendAsync(new Work(claim.Command, claim.Token, 0, 1, null, null), 1_000, cancel);
        else await SubmitAsync(claim.Command, NewResult(claim.Token), null, cancel);
    }

    private async Task HeartbeatAsync(CancellationToken cancel) => await CallAsync(
        "heartbeat", new JsonObject { ["timestamp"] = Clock(), ["status"] = "online" }, null, cancel);

    private async Task ExtendAsync(Work work, int by, CancellationToken cancel)
    {
        TimeSpan? drop = Drop(5);
        Exchange exchange = await CallAsync(
            $"commands/{work.Id}/extend", new JsonObject { ["claimToken"] = work.Token, ["extensionMs"] = by }, drop, cancel);
        world.Note(exchange, () => new ExtendSeen
        {
            By = By,
            Device = device.Id,
            Sent = exchange.Sent,
            Answered = exchange.Answered,
            Status = exchange.Status,
            Command = work.Id,
            Token = Digests.OfToken(work.Token),
            ExtensionMs = by,
            VisibleUntil = Unix(exchange.Text("visibleUntil")),
            State = SimulationWorld.StateOf(exchange.Text("error", "details", "status")),
        });
        if (exchange.Ok) world.Progress.Count(Counted.Extended);
        else if (exchange.Status is 403 or 404) world.Progress.Count(Counted.Refused);
    }

    private async Task<Exchange> SubmitAsync(string command, ResultBody result, TimeSpan? drop, CancellationToken cancel)
    {
        Exchange exchange = await CallAsync($"commands/{command}/result", result.ToJson(), drop, cancel);
        CommandState? state = SimulationWorld.StateOf(exchange.Text("error", "details", "status"));
        world.Note(exchange, () => new ResultSeen
        {
            By = By,
            Device = device.Id,
            Sent = exchange.Sent,
            Answered = exchange.Answered,
            Status = exchange.Status,
            Command = command,
            Token = Digests.OfToken(result.Token),
            Outcome = result.Outcome,
            Digest = result.Digest,
            State = state,
        });
        device.NoteState(command, state);
        if (exchange.Ok)
        {
            world.Progress.Count(Counted.Results);
            device.NoteEnd(command);
        }
        else if (exchange.Status is 403 or 404 or 409)
        {
            world.Progress.Count(Counted.Refused);
        }

        return exchange;
    }

    private async Task<Exchange> CallAsync(string path, JsonObject body, TimeSpan? drop, CancellationToken cancel)
    {
        // Over the socket mostly, and by request now and then, as when it is too large.
        if (socket is { LostAt: null } open && !Chance(10))
        {
            switch (path.Split('/'))
            {
                case ["heartbeat"]: return await open.CallAsync("status", null, body, drop, cancel);
                case [_, var id, "extend"]: return await open.CallAsync("extend", id, body, drop, cancel);
                case [_, var id, "result"]: return await open.CallAsync("command_result", id, body, drop, cancel);
            }
        }

        while (session is null)
        {
            Exchange signIn = await world.Http.SendAsync((string?)null, new Call(HttpMethod.Post, "api/v1/device/auth", new JsonObject
            {
                ["deviceId"] = device.Id,
                ["deviceSecret"] = device.Secret,
            }), cancel);
            session = signIn.Text("token");
            if (session is not null) break;
            if (world.IsOver) return signIn with { Reached = false };
            await world.DelayAsync(random.Next(200, 1_500), cancel);
        }

        Exchange exchange = await world.Http.SendAsync(session, new Call(HttpMethod.Post, $"api/v1/device/{path}", body, drop), cancel);
        if (exchange.Status == 401) session = null;
        // Refused before anybody looked at what was asked: that says nothing of the queue.
        return exchange.Status == 401 ? exchange with { Reached = false, Status = null, Answered = null } : exchange;
    }

    private static GrantSeen Granted(Work work) => new()
    {
        Command = work.Id,
        Token = Digests.OfToken(work.Token),
        VisibleUntil = work.VisibleUntil,
        Attempt = work.Attempt,
        TimeoutMs = work.TimeoutMs,
        Key = work.Key,
    };

    private void Remember(Work work)
    {
        if (former.Count >= 8) former.RemoveAt(0);
        former.Add((work.Id, work.Token));
    }

    private ResultBody NewResult(string token) => new(
        token, random.Next(8) == 0 ? "failure" : "success", $"output {random.Next(1_000_000)}", Clock(), random.Next(1, 5_000));

    private string Clock() => (world.Time.GetUtcNow() + skew).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private bool Chance(int percent) => !world.IsCalm && random.Next(100) < percent;

    private TimeSpan? Drop(int percent) => Chance(percent) ? TimeSpan.FromMilliseconds(random.NextDouble() * 12 + 0.2) : null;

    private string By => $"device:{device.Id}";

    private static Work Read(JsonElement command) => new(
        command.GetProperty("id").GetString()!,
        command.GetProperty("claimToken").GetString()!,
        Unix(command.GetProperty("visibleUntil").GetString())!.Value,
        command.GetProperty("attempt").GetInt32(),
        command.TryGetProperty("timeoutMs", out JsonElement timeout) && timeout.ValueKind == JsonValueKind.Number ? timeout.GetInt64() : null,
        command.GetProperty("parameters") is { ValueKind: JsonValueKind.Object } parameters
            && parameters.TryGetProperty("key", out JsonElement key) ? key.GetString() : null);

    private static long? Unix(string? time) =>
        time is null ? null : DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private sealed record Work(string Id, string Token, long VisibleUntil, int Attempt, long? TimeoutMs, string? Key);
}
