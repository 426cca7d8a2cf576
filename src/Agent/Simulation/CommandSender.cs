using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Core.Commands;
using Gateway.Core.Verification;

namespace Gateway.Agent.Simulation;

/// <summary>The customers' side: sends commands, some of them twice, hangs up on some answers, cancels, approves and rejects.</summary>
internal sealed class CommandSender(IReadOnlyList<FleetDevice> fleet, SimulationWorld world, string run)
{
    private const int MostAttempts = 40;

    /// <summary>Sends the run's n-th command and sees it through.</summary>
    public async Task SendAsync(int n, CancellationToken cancel)
    {
        Random random = world.RandomFor(2, n);
        FleetDevice device = fleet[random.Next(fleet.Count)];
        bool Chance(int percent) => random.Next(100) < percent;

        string key = $"{run}-{n}";
        bool once = Chance(10), approval = Chance(6), twice = Chance(8), otherContent = Chance(2), cancels = Chance(5);
        var body = new JsonObject
        {
            ["type"] = once ? SimulationWorld.OnceType : SimulationWorld.PlainType,
            ["parameters"] = new JsonObject { ["key"] = key, ["n"] = n },
            ["priority"] = Chance(30) ? random.Next(10) : 5,
            ["requiresApproval"] = approval,
            ["idempotencyKey"] = key,
        };
        if (Chance(5)) body["timeoutMs"] = random.Next(2_000, 5_000);
        if (Chance(3)) body["expiresInMs"] = random.Next(1_000, 4_000);
        TimeSpan? drop = Chance(5) ? TimeSpan.FromMilliseconds(random.NextDouble() * 12 + 0.2) : null;

        if (await OpenSessionAsync(device, cancel) is null) return;
        Task<Exchange> again = twice ? InsistAsync(device, body, null, cancel) : Task.FromResult(default(Exchange));
        Exchange accepted = await InsistAsync(device, body, drop, cancel);
        await again;
        if (!accepted.Ok || accepted.Text("command", "id") is not { } command) return;
        if (otherContent) await EnqueueAsync(device, Changed(body), null, cancel);
        if (!Chance(25)) device.Ring();

        if (approval) await DecideAsync(device, command, accepted.Text("command", "digest"), approved: !Chance(20), random, cancel);
        if (cancels)
        {
            await world.DelayAsync(random.Next(2_000), cancel);
            await CancelAsync(device, command, Chance(10) ? TimeSpan.FromMilliseconds(random.NextDouble() * 8) : null, cancel);
        }
    }

    /// <summary>Asks the server whether commands of the type that should not run twice do not.</summary>
    public async Task LearnTypesAsync(CancellationToken cancel)
    {
        FleetDevice device = fleet[0];
        if (await OpenSessionAsync(device, cancel) is not { } sessionId) throw new AgentException("The gateway opens no session.");
        var body = new JsonObject { ["type"] = SimulationWorld.OnceType, ["idempotencyKey"] = $"{run}-first" };
        Exchange sent = await world.Http.InsistAsync(
            device.Owner, new Call(HttpMethod.Post, $"api/v1/customer/sessions/{sessionId}/commands", body), cancel);
        if (sent.Text("command", "id") is not { } command) throw Unexpected("a command", sent);
        Exchange view = await world.Http.InsistAsync(
            device.Owner, new Call(HttpMethod.Get, $"api/v1/customer/sessions/{sessionId}/commands/{command}"), cancel);
        world.OnceIsOnce = view.At("command", "atMostOnce").ValueKind == System.Text.Json.JsonValueKind.True;
        Note(device, body, sent);
    }

    public async Task CancelAsync(FleetDevice device, string command, TimeSpan? drop, CancellationToken cancel)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++, drop = null)
        {
            var call = new Call(HttpMethod.Delete, $"api/v1/customer/sessions/{device.SessionId}/commands/{command}", null, drop);
            Exchange exchange = await world.Http.SendAsync(device.Owner, call, cancel);
            CommandState? state = SimulationWorld.StateOf(exchange.Text("error", "details", "status"));
            world.Note(exchange, () => new CancelSeen
            {
                By = By(device),
                Device = device.Id,
                Sent = exchange.Sent,
                Answered = exchange.Answered,
                Status = exchange.Status,
                Command = command,
                State = state,
            });
            device.NoteState(command, state);
            if (exchange.Ok)
            {
                world.Progress.Count(Counted.Cancelled);
                device.NoteEnd(command);
            }

            if (!exchange.IsOpen) return;
            await world.DelayAsync(300, cancel);
        }
    }

    private async Task DecideAsync(
        FleetDevice device, string command, string? digest, bool approved, Random random, CancellationToken cancel)
    {
        await world.DelayAsync(random.Next(50, 1_500), cancel);
        var body = new JsonObject { ["commandId"] = command, ["approved"] = approved, ["digest"] = digest };
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            Exchange exchange = await world.Http.SendAsync(
                device.Owner, new Call(HttpMethod.Post, $"api/v1/customer/sessions/{device.SessionId}/approve", body), cancel);
            CommandState? state = SimulationWorld.StateOf(exchange.Text("error", "details", "status"));
            world.Note(exchange, () => new DecisionSeen
            {
                By = By(device),
                Device = device.Id,
                Sent = exchange.Sent,
                Answered = exchange.Answered,
                Status = exchange.Status,
                Command = command,
                Approved = approved,
                State = state,
            });
            device.NoteState(command, state);
            if (!exchange.IsOpen)
            {
                if (exchange.Ok) world.Progress.Count(Counted.Decided);
                if (exchange.Ok && !approved) device.NoteEnd(command);
                device.Ring();
                return;
            }

            await world.DelayAsync(300, cancel);
        }
    }

    /// <summary>Sends a command under its key until there is an answer that says whether it was accepted.</summary>
    private async Task<Exchange> InsistAsync(FleetDevice device, JsonObject body, TimeSpan? drop, CancellationToken cancel)
    {
        Exchange exchange = default;
        for (int attempt = 0; attempt < MostAttempts; attempt++, drop = null)
        {
            if (attempt > 0) world.Progress.Count(Counted.Repeated);
            exchange = await EnqueueAsync(device, body, drop, cancel);
            if (!exchange.IsOpen) break;
            await world.DelayAsync(200, cancel);
        }

        return exchange;
    }

    private async Task<Exchange> EnqueueAsync(FleetDevice device, JsonObject body, TimeSpan? drop, CancellationToken cancel)
    {
        Exchange exchange = await world.Http.SendAsync(
            device.Owner, new Call(HttpMethod.Post, $"api/v1/customer/sessions/{device.SessionId}/commands", body, drop), cancel);
        Note(device, body, exchange);
        return exchange;
    }

    private void Note(FleetDevice device, JsonObject body, Exchange exchange)
    {
        string? command = exchange.Ok ? exchange.Text("command", "id") : null;
        string type = (string)body["type"]!;
        CommandState? state = exchange.Ok ? SimulationWorld.StateOf(exchange.Text("command", "status")) : null;
        world.Note(exchange, () => new EnqueueSeen
        {
            By = By(device),
            Device = device.Id,
            Sent = exchange.Sent,
            Answered = exchange.Answered,
            Status = exchange.Status,
            Key = (string?)body["idempotencyKey"],
            Content = Digests.OfCommand(type, body["parameters"]?.ToJsonString() ?? "{}"),
            Priority = (int?)body["priority"] ?? 5,
            NeedsApproval = (bool?)body["requiresApproval"] ?? false,
            AtMostOnce = type == SimulationWorld.OnceType && world.OnceIsOnce,
            Command = command,
            State = state,
        });
        if (command is not null)
        {
            if (device.Commands.TryAdd(command, value: false)) world.Progress.Count(Counted.Accepted);
            device.NoteState(command, state);
        }
        else if (exchange.Status is < 500 and not 409)
        {
            world.Progress.Count(Counted.Unexpected);
        }
    }

    private async Task<string?> OpenSessionAsync(FleetDevice device, CancellationToken cancel)
    {
        if (device.SessionId is { } known) return known;
        await device.Opening.WaitAsync(cancel);
        try
        {
            if (device.SessionId is { } opened) return opened;
            Exchange exchange = await world.Http.InsistAsync(
                device.Owner,
                new Call(HttpMethod.Post, "api/v1/customer/sessions", new JsonObject { ["deviceId"] = device.Id, ["type"] = "diagnostic" }), cancel);
            // Opened before, by a request whose answer was lost.
            device.SessionId = exchange.Text("session", "id") ?? exchange.Text("error", "details", "sessionId");
            if (device.SessionId is null) world.Progress.Count(Counted.Unexpected);
            return device.SessionId;
        }
        finally
        {
            device.Opening.Release();
        }
    }

    private static JsonObject Changed(JsonObject body)
    {
        var changed = (JsonObject)body.DeepClone();
        changed["parameters"] = new JsonObject { ["key"] = (string?)body["idempotencyKey"], ["other"] = true };
        return changed;
    }

    private static string By(FleetDevice device) => $"customer:{device.Owner.Name}";

    private static AgentException Unexpected(string what, Exchange exchange) => new(string.Create(
        CultureInfo.InvariantCulture, $"The gateway does not take {what}: HTTP {exchange.Status}, {exchange.Text("error", "message") ?? "no reason given"}."));
}
