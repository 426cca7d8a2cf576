using System.Globalization;
using System.Text.Json;
using Gateway.Core.Commands;
using Gateway.Core.Verification;

namespace Gateway.Agent.Simulation;

/// <summary>The end of a run: the fleet works off what there is, sessions are closed, and everything is looked at.</summary>
internal sealed class FinalLook(IReadOnlyList<FleetDevice> fleet, CommandSender sender, SimulationWorld world)
{
    private const int AtOnce = 16;

    private readonly List<FleetDevice> used = [.. fleet.Where(device => device.SessionId is not null)];

    /// <summary>Lets the fleet work until everything has ended.</summary>
    /// <returns>Whether it came to that within the limit.</returns>
    public async Task<bool> DrainAsync(CancellationToken cancel)
    {
        var begun = world.Time.GetTimestamp();
        while (used.Where(device => device.HasOpenCommands).ToList() is { Count: > 0 } busy)
        {
            if (world.Time.GetElapsedTime(begun) > world.Settings.DrainLimit) return false;
            Phase phase = world.Progress.Begin("Working off", used.Count);
            for (int i = used.Count - busy.Count; i > 0; i--) phase.Advance();
            foreach (FleetDevice device in busy) device.Ring();
            await world.DelayAsync(1_500, cancel);
            await ForEachAsync(busy.Where(device => device.HasOpenCommands), LookAsync, phase, cancel);
        }

        return true;
    }

    public Task CloseAsync(CancellationToken cancel) => ForEachAsync(used, async (device, token) => await world.Http.InsistAsync(
        device.Owner, new Call(HttpMethod.Post, $"api/v1/customer/sessions/{device.SessionId}/close"), token), "Closing", cancel);

    public Task LookAsync(CancellationToken cancel) => ForEachAsync(used, LookAsync, "Looking", cancel);

    public Task SuspendAsync(CancellationToken cancel) => ForEachAsync(fleet, async (device, token) => await world.Http.InsistAsync(
        device.Owner, new Call(HttpMethod.Post, $"api/v1/customer/devices/{device.Id}/suspend"), token), "Suspending", cancel);

    /// <summary>Looks at a session, page by page. A command that should be in it and is not is noted as not found.</summary>
    private async Task LookAsync(FleetDevice device, CancellationToken cancel)
    {
        var expected = device.Commands.Keys.ToHashSet();
        string after = "";
        Exchange exchange;
        do
        {
            exchange = await world.Http.InsistAsync(
                device.Owner, new Call(HttpMethod.Get, $"api/v1/customer/sessions/{device.SessionId}?limit=200{after}"), cancel);
            if (!exchange.Ok) break;
            foreach (JsonElement command in exchange.At("session", "commands").EnumerateArray())
            {
                string id = command.GetProperty("id").GetString()!;
                if (expected.Remove(id)) Note(device, exchange, id, command, key: null);
                else await LookAtUnknownAsync(device, id, cancel);
                if (StateOf(command) == CommandState.PendingApproval && world.IsCalm) await sender.CancelAsync(device, id, null, cancel);
            }

            after = exchange.Text("session", "nextAfter") is { } next ? $"&after={next}" : "";
        }
        while (after.Length > 0);

        if (!exchange.Ok) return;
        foreach (string missing in expected)
        {
            world.Sink.Add(View(device, exchange, missing) with { Status = 404 });
            device.NoteEnd(missing);
        }
    }

    /// <summary>A command that no answer told of, made by a request whose answer was lost: its key says by which.</summary>
    private async Task LookAtUnknownAsync(FleetDevice device, string id, CancellationToken cancel)
    {
        Exchange exchange = await world.Http.InsistAsync(
            device.Owner, new Call(HttpMethod.Get, $"api/v1/customer/sessions/{device.SessionId}/commands/{id}"), cancel);
        JsonElement command = exchange.At("command");
        if (command.ValueKind != JsonValueKind.Object) return;
        string? key = exchange.Text("command", "idempotencyKey");
        device.Commands.TryAdd(id, value: false);
        Note(device, exchange, id, command, key);
    }

    private void Note(FleetDevice device, Exchange exchange, string id, JsonElement command, string? key)
    {
        CommandState? state = StateOf(command);
        device.NoteState(id, state);
        world.Sink.Add(View(device, exchange, id) with
        {
            State = state,
            Attempt = command.TryGetProperty("attempt", out JsonElement attempt) ? attempt.GetInt32() : null,
            EndedAt = command.TryGetProperty("endedAt", out JsonElement ended) && ended.ValueKind == JsonValueKind.String
                ? DateTimeOffset.Parse(ended.GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds()
                : null,
            Result = command.TryGetProperty("result", out JsonElement result) ? ResultBody.DigestOf(result) : null,
            Key = key,
        });
    }

    private static CommandState? StateOf(JsonElement command) => SimulationWorld.StateOf(command.GetProperty("status").GetString());

    private static ViewSeen View(FleetDevice device, Exchange exchange, string id) => new()
    {
        By = $"customer:{device.Owner.Name}",
        Device = device.Id,
        Sent = exchange.Sent,
        Answered = exchange.Answered,
        Status = exchange.Status,
        Command = id,
    };

    private Task ForEachAsync(
        IReadOnlyList<FleetDevice> devices, Func<FleetDevice, CancellationToken, Task> what, string name, CancellationToken cancel) =>
        ForEachAsync(devices, what, world.Progress.Begin(name, devices.Count), cancel);

    private static Task ForEachAsync(
        IEnumerable<FleetDevice> devices, Func<FleetDevice, CancellationToken, Task> what, Phase phase, CancellationToken cancel) =>
        Parallel.ForEachAsync(devices, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (device, token) =>
        {
            await what(device, token);
            phase.Advance();
        });
}
